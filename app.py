"""Puts the parts together: bot, dispatcher, open dialogs, totals; runs and closes them."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response
from aiogram.types import Message
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bills import Bills
from charts.process import Charts
from config import Settings
from connections import introduce, open_bot, open_redis
from db.changes import Changes
from db.engine import create_engine
from db.payments import Payments
from db.preferences import PreferenceStore
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import Totals
from db.users import Users
from deliveries import Deliveries
from dispatcher import make_dispatcher
from exports import Exports
from faults import Fault
from fsm.batch import Batch
from fsm.claims import Claims
from fsm.drafts import Drafts
from fsm.inbox import Inbox
from fsm.middleware import TransactionMiddleware
from fsm.moving import Moving
from fsm.outbox import Outbox
from fsm.raw_updates import RawUpdate
from fsm.renderer import Renderer
from fsm.store import MEMORY, DialogStore
from fsm.taps import Taps
from fsm.tasks import finish
from fsm.undrawn import Undrawn
from fsm.windows import Windows
from handlers import (
    inline,
    menu_button,
    profile,
)
from handlers.errors import answer_error
from handlers.own_chats import OwnChats
from handlers.person import PersonMiddleware
from locales import Catalog
from pages import make_pages, serve
from passes import Passes
from people import People
from queries import migrate
from tickets import Tickets
from updates import KINDS, Receiver, poll
from web.chat_names import ChatNames
from web.totals_page import TotalsPage, add_totals_page
from web.viewers import Viewers

KEPT = (Response[bool], Response[Message], Response[Message | bool], Response[list[RawUpdate]])
"""The answers of Telegram in use. pydantic holds generic models weakly, and aiogram names
them anew for every call: unless somebody keeps them, they are built again and again."""

BUSY_TIMEOUT = 2
"""Seconds that a write waits for another process's. Short, as a thread that waits in SQLite
can't be stopped, and whatever is written here is tried again."""
FINISH = 3.0
"""Seconds that a stop waits for what is under way; the rest is found at the next start."""
FORGET = 60.0
"""Seconds between two looks for deleted totals that nobody can bring back any more."""

log = structlog.get_logger(__name__)


async def run(settings: Settings) -> None:
    """Run the bot until SIGINT or SIGTERM.

    Raises:
        Fault: It can't start, or the token was revoked, or taken by another bot.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as parts:
        await migrate(settings.database)
        redis = await open_redis(settings, parts)
        bot = await open_bot(settings, parts)
        me = await introduce(bot)
        engine = create_engine(settings.database, busy_timeout=BUSY_TIMEOUT)
        parts.push_async_callback(engine.dispose)
        sessions = Sessions(engine)
        batch = Batch(redis)
        store = DialogStore(redis, batch, settings.dialog_ttl)
        totals, changes, bank = Totals(sessions), Changes(sessions), Payments(sessions)
        summaries, users = Summaries(sessions), Users(sessions)
        catalog = Catalog(settings.default_language)
        people = People(PreferenceStore(sessions), redis, bot.id, catalog, users.forget)
        exports = Exports(bot, totals, Claims(redis, bot.id, MEMORY), catalog)
        taps, charts = Taps(redis, bot.id), Charts()
        parts.push_async_callback(charts.close)
        renderer = Renderer(bot, store, lambda old, new: moving.begin(outbox, old, new))
        undrawn = Undrawn(redis, batch, bot.id, renderer)
        moving = Moving(store, undrawn, bot.id)
        deliveries = Deliveries(totals, bank, changes, people, exports, moving)
        outbox = Outbox(redis, bot.id, deliveries.deliver)
        transactions = TransactionMiddleware(
            store,
            outbox,
            renderer,
            undrawn,
            Windows(redis, batch, bot.id, settings.dialog_ttl),
            on_error=answer_error,
            inline_window=partial(inline.window, people),
        )
        person = PersonMiddleware(catalog, users, people)
        own_chats = OwnChats(redis, bot.id, catalog)
        tickets, passes = Tickets(bot.token), Passes(bot.token)
        dispatcher = make_dispatcher(
            person,
            own_chats,
            transactions,
            totals=totals,
            summaries=summaries,
            charts=charts,
            taps=taps,
            users=users,
            payments=bank,
            bills=Bills(bot.token),
            drafts=Drafts(redis, bot.id),
            admin_ids=settings.admin_ids,
            provider_token=settings.provider_token,
            tickets=tickets,
            passes=passes,
            game=settings.game,
        )
        await dispatcher.emit_startup(bot=bot)
        feed = partial(dispatcher.feed_update, bot)
        inbox = Inbox(bot, redis, feed, KINDS, lambda: store.is_away)
        pages = await make_pages(settings, bot, redis, catalog, tickets)
        viewers = Viewers(bot.token, passes)
        page = TotalsPage(catalog, people, viewers, totals, summaries, ChatNames(bot))
        add_totals_page(pages, page)
        receive = _receiving(settings, bot, dispatcher, inbox, pages)
        async with AsyncExitStack() as server:
            dispatcher.workflow_data.update(await serve(pages, settings, server))
            log.info("started", bot=f"@{me.username}")
            await _until(
                stop,
                receive,
                outbox.run,
                partial(undrawn.run, partial(transactions.redraw, dispatcher, bot)),
                partial(profile.announce, bot, catalog),
                partial(menu_button.announce, bot, catalog, dispatcher["totals_url"]),
                partial(_forget, changes),
                people.run,
                taps.run,
            )
            log.info("stopping")
            transactions.stop()
            end = asyncio.get_running_loop().time() + FINISH
        for part in (inbox, outbox, renderer, undrawn, person, own_chats, taps):
            await part.close(max(0.0, end - asyncio.get_running_loop().time()))


def _receiving(
    settings: Settings, bot: Bot, dispatcher: Dispatcher, inbox: Inbox, pages: web.Application
) -> Callable[[], Awaitable[object]]:
    """Give the job that has updates come."""
    if settings.webhook_url is None:
        return partial(poll, bot, inbox)
    address = settings.webhook_url.get_secret_value().rstrip("/")
    receiver = Receiver(bot, dispatcher, inbox, address, settings.secret)
    receiver.join(pages)
    return receiver.announce


async def _forget(changes: Changes) -> None:
    """Delete for good, every now and then, what was deleted and not brought back."""
    while True:
        # While the database is away nothing is lost by waiting.
        with suppress(SQLAlchemyError):
            await changes.forget(datetime.now(UTC))
        await asyncio.sleep(FORGET)


async def _until(stop: asyncio.Event, *jobs: Callable[[], Awaitable[object]]) -> None:
    """Run jobs until told to stop, or until one fails.

    Raises:
        Fault: The token was revoked, or somebody else polls with it.
    """
    stopped: asyncio.Future[object] = asyncio.ensure_future(stop.wait())
    running = {stopped, *(asyncio.ensure_future(job()) for job in jobs)}
    try:
        while not stopped.done():
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    except TelegramUnauthorizedError as error:
        raise Fault("BOT_TOKEN: Telegram refuses the token") from error
    except TelegramConflictError as error:
        raise Fault(f"BOT_TOKEN: {error.message}") from error
    finally:
        await finish(running, within=0)
