"""Puts all parts of the bot together, runs them, and closes them."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response
from aiogram.types import Message
from aiohttp import web
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from app.connections import open_bot, open_redis, require_permissions
from app.deliveries import Deliveries
from app.dispatcher import make_dispatcher
from app.introduction import introduce
from app.pages import make_pages, serve, serve_metrics
from app.settings import Settings
from app.updates import KINDS, Receiver, poll
from charts.process import Charts
from db import checkpoint
from db.changes import Changes
from db.engine import create_engine
from db.models import Kind
from db.payments import Payments
from db.preferences import PreferenceStore
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import Totals
from db.users import Users
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.delivery.leases import Leases
from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.reading import Reader
from durable_dialogs.redis.disk_room import MEGABYTE, Room
from durable_dialogs.runtime import OpenDialogs
from durable_dialogs.state.permissions import MissingPermissionsError, Permissions
from durable_dialogs.state.store import MEMORY
from durable_dialogs.tally.drafts import Drafts
from durable_dialogs.tally.taps import Taps
from durable_dialogs.tasks import finish, start
from durable_dialogs.telegram.clock import TelegramClock
from durable_dialogs.telemetry import telemetry
from exports.sending import Exports
from exports.writing import Writer
from handlers import (
    inline,
    menu_button,
    profile,
)
from handlers.errors import answer_error
from handlers.own_chats import OwnChats
from handlers.person import PersonMiddleware
from handlers.unread import refuse_unread
from locales import Catalog
from ops.errors import OperatorError
from ops.metrics import (
    DISK_FREE,
    TOTALS,
    begin,
    count_total,
    exposition,
    measure_dialogs,
    note_ready,
    watch,
)
from ops.queries import migrate
from ops.worker_process import Parent
from people.chat_names import ChatNames
from people.preferences import People
from people.rights import Rights
from signed.bills import Bills
from signed.passes import Passes
from signed.tickets import Tickets
from web.freshness import Freshness
from web.health import Check, Health, NotReadyError, add_health, ask_telegram
from web.totals_page import TotalsPage, add_totals_page
from web.viewers import Viewers
from widgets.services import Services

KEPT = (Response[bool], Response[Message], Response[Message | bool])
"""The response models in use. pydantic caches generic models by weak references, and aiogram asks
for them in each call: without a reference here, pydantic would build them again for each call."""

BUSY_TIMEOUT = 2
"""Seconds a write to SQLite waits for another process. Short, because a thread that waits in SQLite
can't be stopped, and each write is retried later."""
ANSWER = 10.0
"""Seconds PostgreSQL may take to answer before it counts as away."""
FINISH = 3.0
"""Seconds a stop waits for running work. The next start takes up the rest."""
FORGET = 60.0
"""Seconds between two deletions of old totals that undo can't bring back any more."""

begin(TOTALS, Kind)
measure_dialogs(telemetry)

log = structlog.get_logger(__name__)


async def run(settings: Settings, parent: Parent | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM.

    Args:
        settings: The settings.
        parent: The parent of this worker, None if there is only one process. The worker ends when
            its parent does.

    Raises:
        OperatorError: The bot can't start, the token was revoked, or another bot polls with it.
    """
    stop = _stop_event(parent)
    async with AsyncExitStack() as parts:
        await migrate(settings.database)
        redis, batch = await open_redis(settings, parts)
        clock = TelegramClock()
        bot = await open_bot(settings, clock, parts)
        permissions = await require_permissions(redis, batch, bot.id)
        me = await introduce(bot, stop, parent.say_waiting if parent else lambda: None)
        if me is None:
            return
        engine = create_engine(settings.database, busy_timeout=BUSY_TIMEOUT)
        watch(engine)
        parts.push_async_callback(engine.dispose)
        sessions = Sessions(engine, ANSWER)
        totals, changes, bank = Totals(sessions), Changes(sessions), Payments(sessions)
        summaries, users = Summaries(sessions), Users(sessions)
        catalog = Catalog(settings.default_language)
        people = People(PreferenceStore(sessions), redis, bot.id, catalog, users.forget)
        claims = Leases(redis, bot.id, MEMORY)
        exports = Exports(bot, claims, catalog, Writer(totals, bank, users))
        taps, charts = Taps(redis, batch, bot.id), Charts()
        parts.push_async_callback(charts.close)
        dialogs = OpenDialogs(
            redis,
            batch,
            bot,
            settings.dialog_ttl,
            delivery=lambda moving: (
                Deliveries(totals, bank, changes, people, exports, moving).deliver
            ),
            on_error=answer_error,
            inline_window=partial(inline.window, people),
        )
        person = PersonMiddleware(catalog, users, people)
        own_chats = OwnChats(redis, bot.id, catalog)
        bills, tickets, passes = Bills(bot.token), Tickets(bot.token), Passes(bot.token)
        services = Services(
            totals=totals,
            summaries=summaries,
            users=users,
            payments=bank,
            people=people,
            rights=Rights(bot, redis),
            chat_names=(chat_names := ChatNames(bot)),
            charts=charts,
            exports=exports,
            taps=taps,
            drafts=Drafts(redis, bot.id),
            bills=bills,
            tickets=tickets,
            passes=passes,
            admin_ids=settings.admin_ids,
            provider_token=settings.provider_token,
            game=settings.game,
            count_total=count_total,
        )
        dispatcher = make_dispatcher(services, person, own_chats, dialogs.middleware)
        await dispatcher.emit_startup(bot=bot)
        intake = Intake(
            bot,
            Reader(bot, bills.payer_of),
            Quarantine(redis, batch, bot.id),
            partial(dispatcher.feed_update, bot),
            partial(refuse_unread, catalog),
            kinds=KINDS,
        )
        inbox = Inbox(
            bot, redis, batch, intake.carry_out, KINDS, is_redis_away=lambda: dialogs.store.is_away
        )
        freshness = Freshness(clock)
        pages = await make_pages(
            settings, bot, redis, catalog, tickets=tickets, freshness=freshness
        )
        viewers = Viewers(bot.token, passes, freshness)
        add_totals_page(pages, TotalsPage(catalog, people, viewers, totals, summaries, chat_names))
        health = Health(
            _checks(settings, permissions, sessions, bot), stop.is_set, exposition, note_ready
        )
        add_health(pages, health)
        receive = _receive_job(settings, bot, intake, inbox, pages, redis=redis)
        async with AsyncExitStack() as server:
            dispatcher.workflow_data |= await serve(pages, settings, server, shared=bool(parent))
            await serve_metrics(health, settings, server, shared=bool(parent))
            log.info("started", bot=f"@{me.username}")
            if parent:
                parent.say_started()
            await _run_until(
                stop,
                receive,
                *dialogs.jobs(dispatcher),
                intake.run,
                partial(profile.announce, bot, catalog),
                partial(own_chats.dismiss, bot, settings.admin_ids),
                partial(menu_button.announce, bot, catalog, dispatcher["totals_url"]),
                partial(_forget, changes),
                partial(checkpoint.run, engine),
                people.run,
                taps.run,
            )
            log.info("stopping")
            dialogs.middleware.stop()
            end = asyncio.get_running_loop().time() + FINISH
        others = (person.close, own_chats.close, taps.close)
        for close in (inbox.close, *dialogs.closing, *others):
            await close(max(0.0, end - asyncio.get_running_loop().time()))


def _stop_event(parent: Parent | None) -> asyncio.Event:
    """Give an event that signals, or the end of the parent, set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    # SIGHUP means that the terminal is gone, or that a service should reload, which it can't.
    is_terminal = bool(sys.stdin and sys.stdin.isatty())
    loop.add_signal_handler(signal.SIGHUP, stop.set if is_terminal else _refuse_reload)
    if parent:
        parent.on_end(stop.set)
    return stop


def _refuse_reload() -> None:
    log.warning("reload_ignored", hint="one process reads settings and code at a restart only")


def _receive_job(  # noqa: PLR0913 - all that updates pass on their way
    settings: Settings,
    bot: Bot,
    intake: Intake,
    inbox: Inbox,
    pages: web.Application,
    *,
    redis: Redis,
) -> Callable[[], Awaitable[object]]:
    """Give the job that receives updates, by polling or by webhook."""
    if settings.webhook_url is None:
        return partial(poll, bot, inbox)
    address = settings.webhook_url.get_secret_value().rstrip("/")
    receiver = Receiver(bot, intake, inbox, address, settings.secret, redis=redis)
    receiver.join(pages)
    return receiver.announce


def _checks(
    settings: Settings, permissions: Permissions, sessions: Sessions, bot: Bot
) -> dict[str, Check]:
    """Give the readiness check of each part."""
    checks: dict[str, Check] = {
        "redis": partial(_ask_redis, permissions),
        "database": sessions.ask,
        "telegram": partial(ask_telegram, bot),
    }
    # If Redis and the database are elsewhere, the bot keeps nothing in its data folder.
    if settings.database_url is None or (settings.data_dir / "valkey").is_dir():
        checks["disk"] = partial(_ask_disk, settings.data_dir)
    return checks


async def _ask_redis(permissions: Permissions) -> None:
    try:
        await permissions.check()
    except MissingPermissionsError as error:
        raise NotReadyError(str(error)) from error


async def _ask_disk(folder: Path) -> None:
    room = Room.of(folder)
    DISK_FREE.set(room.free)
    if room.is_low:
        free, reserve = (f"{size / MEGABYTE:.0f} MB" for size in (room.free, room.reserve))
        raise NotReadyError(f"DATA_DIR has {free} left; below {reserve} Tally stops counting")


async def _forget(changes: Changes) -> None:
    """Delete old totals for good, every minute, once undo can't bring them back any more."""
    while True:
        # If the database is away, the next minute will do.
        with suppress(SQLAlchemyError):
            await changes.forget(datetime.now(UTC))
        await asyncio.sleep(FORGET)


async def _run_until(stop: asyncio.Event, *jobs: Callable[[], Awaitable[object]]) -> None:
    """Run jobs until the event is set or a job fails.

    Raises:
        OperatorError: The token was revoked, or another process polls with it.
    """
    stopped: asyncio.Future[object] = start(stop.wait(), awaited=True)
    running = {stopped, *(start(job(), awaited=True) for job in jobs)}
    try:
        while not stopped.done():
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    except TelegramUnauthorizedError as error:
        raise OperatorError("BOT_TOKEN: Telegram refuses the token") from error
    except TelegramConflictError as error:
        raise OperatorError(f"BOT_TOKEN: {error.message}") from error
    finally:
        await finish(running, within=0)
