"""Puts the parts of a worker together. Nothing runs yet: `app/run.py` does that."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aiogram import Dispatcher
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.connections import Connections
from app.deliveries import Deliveries
from app.dispatcher import make_dispatcher
from app.pages import make_pages
from app.readiness import make_health
from app.settings import Settings
from app.updates import KINDS, ByWebhook, make_peers
from charts.process import Charts
from db import checkpoint
from db.changes import Changes
from db.engine import create_engine
from db.models import Kind
from db.repositories import Repositories
from db.sessions import Sessions
from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.delivery.inbox_store import InboxStore
from durable_dialogs.delivery.leases import Leases
from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.polling import poll
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.reading import Reader
from durable_dialogs.intake.receiver import Receiver
from durable_dialogs.runtime import Callbacks, Engine
from durable_dialogs.state.application import Application
from durable_dialogs.state.store import MEMORY, DialogStore
from durable_dialogs.telemetry import telemetry
from durable_dialogs.update.hooks import Hooks
from exports.sending import Exports
from exports.writing import Writer
from handlers import inline_counter, menu_button, profile
from handlers.errors import answer_error, tell_unread
from handlers.own_chats import OwnChats
from handlers.person import PersonMiddleware
from locales import Catalog
from ops.metrics import TAPS, TOTALS, begin, count_total, measure_dialogs, watch
from people.chat_names import ChatNames
from people.drafts import Drafts
from people.preferences import People
from people.rights import Rights
from people.taps import Taps
from signed.bills import Bills
from signed.passes import Passes
from signed.tickets import Tickets
from web.health import Health
from web.webhook import secret_of
from widgets.open_counters import OPEN_COUNTERS
from widgets.services import Services

IN_CHATS = Application(kept_alive=(OPEN_COUNTERS,), dialog_list=OPEN_COUNTERS)
"""The list of open counters must live as long as the counters on it."""

BUSY_TIMEOUT = 2
"""Seconds a write to SQLite waits for another process. Short, because a thread that waits in SQLite
can't be stopped, and each write is retried later."""
ANSWER = 10.0
"""Seconds PostgreSQL may take to answer before it counts as away."""
FORGET = 60.0
"""Seconds between two deletions of old totals that undo can't bring back any more."""

Job = Callable[[], Awaitable[object]]

begin(TOTALS, Kind)
measure_dialogs(telemetry)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of a worker that the run deals with.

    Attributes:
        dispatcher: Handles updates; the addresses of the pages are to be added to its data.
        pages: What is served to the public.
        health: Answers whether the worker can be used; gives the metrics.
        jobs: What runs as long as the worker does, each in a task of its own.
        stop: Stops receiving updates.
        closing: What to call at the end, in this order. Each finishes what is under way, for at
            most the given number of seconds.
    """

    dispatcher: Dispatcher
    pages: web.Application
    health: Health
    jobs: Sequence[Job]
    stop: Callable[[], object]
    closing: Sequence[Callable[[float], Awaitable[object]]]


async def assemble(
    settings: Settings,
    connections: Connections,
    parts: AsyncExitStack,
    is_stopping: Callable[[], bool],
) -> Assembly:
    """Put the parts of a worker together.

    Args:
        settings: The settings.
        connections: Redis and Telegram. The bot knows by now who it is.
        parts: The stack that closes what is opened here.
        is_stopping: Tells whether the worker is about to end.
    """
    redis, bot = connections.redis, connections.bot
    engine = _open_database(settings, parts)
    kept = Repositories.over(Sessions(engine, ANSWER))
    catalog = Catalog(settings.default_language)
    services = _make_services(settings, connections, kept, catalog)
    parts.push_async_callback(services.charts.close)
    dialogs = _make_dialogs(settings, connections, kept, services)
    person = PersonMiddleware(catalog, kept.users, services.people)
    own_chats = OwnChats(redis, connections.keys, catalog)
    dispatcher = make_dispatcher(services, person, own_chats, dialogs.middleware)
    await dispatcher.emit_startup(bot=bot)
    intake = _make_intake(connections, dispatcher, services, catalog)
    kept_updates = InboxStore(
        redis, connections.batch, connections.keys, is_redis_away=lambda: dialogs.store.is_away
    )
    inbox = Inbox(Fetcher(bot, KINDS), kept_updates, intake.carry_out)
    health = make_health(settings, connections, kept.sessions, is_stopping)
    pages = await make_pages(settings, connections, services, catalog, health)
    peers = make_peers(settings, bot.token, dialogs.workers)
    receiver = Receiver(intake, peers)
    jobs: list[Job] = [
        # Before the worker's first heartbeat, which tells where others pass updates on to.
        *([partial(peers.run, receiver.carry_out)] if peers else []),
        _receiving(settings, connections, receiver, inbox, pages),
        *dialogs.jobs(dispatcher),
        intake.run,
        partial(profile.announce, bot, catalog),
        partial(own_chats.dismiss, bot, settings.admin_ids),
        lambda: menu_button.announce(bot, catalog, dispatcher["totals_url"]),
        partial(_forget, kept.changes),
        partial(checkpoint.run, engine),
        services.people.run,
        services.taps.run,
    ]
    others = (person.close, own_chats.close, services.taps.close)
    first = (peers.close,) if peers else ()
    closing = (*first, inbox.close, *dialogs.closing, *others)
    return Assembly(dispatcher, pages, health, jobs, dialogs.middleware.stop, closing)


def _open_database(settings: Settings, parts: AsyncExitStack) -> AsyncEngine:
    engine = create_engine(settings.database, busy_timeout=BUSY_TIMEOUT)
    watch(engine)
    parts.push_async_callback(engine.dispose)
    return engine


def _make_services(
    settings: Settings, connections: Connections, kept: Repositories, catalog: Catalog
) -> Services:
    redis, bot, keys = connections.redis, connections.bot, connections.keys
    leases = Leases(redis, keys, MEMORY)
    return Services(
        totals=kept.totals,
        summaries=kept.summaries,
        users=kept.users,
        payments=kept.payments,
        people=People(kept.preferences, redis, keys, catalog, kept.users.forget),
        rights=Rights(bot, redis, keys),
        chat_names=ChatNames(bot),
        charts=Charts(),
        exports=Exports(bot, leases, catalog, Writer(kept.totals, kept.payments, kept.users)),
        taps=Taps(redis, connections.batch, keys, TAPS.inc),
        drafts=Drafts(redis, connections.batch, keys, bot.token),
        bills=Bills(bot.token),
        tickets=Tickets(bot.token),
        passes=Passes(bot.token),
        admin_ids=settings.admin_ids,
        provider_token=settings.provider_token,
        game=settings.game,
        count_total=count_total,
    )


def _make_dialogs(
    settings: Settings, connections: Connections, kept: Repositories, services: Services
) -> Engine:
    people, exports = services.people, services.exports
    redis, batch = connections.redis, connections.batch
    return Engine(
        redis,
        batch,
        connections.bot,
        DialogStore(redis, batch, connections.keys, settings.dialog_ttl, IN_CHATS),
        Callbacks(
            delivery=lambda moving: (
                Deliveries(
                    kept.totals, kept.payments, kept.changes, people, exports, moving
                ).deliver
            ),
            on_error=answer_error,
            hooks=Hooks(inline_window=partial(inline_counter.window, people)),
        ),
    )


def _make_intake(
    connections: Connections, dispatcher: Dispatcher, services: Services, catalog: Catalog
) -> Intake:
    bot = connections.bot
    return Intake(
        bot,
        Reader(bot, services.bills.payer_of),
        Quarantine(connections.redis, connections.batch, connections.keys),
        partial(dispatcher.feed_update, bot),
        partial(tell_unread, catalog),
        kinds=KINDS,
        discards={"chat_member": services.rights.forget},
    )


def _receiving(
    settings: Settings,
    connections: Connections,
    receiver: Receiver,
    inbox: Inbox,
    pages: web.Application,
) -> Job:
    """Give the job that receives updates, by polling or by webhook."""
    bot = connections.bot
    if settings.webhook_url is None:
        return partial(poll, bot, inbox)
    address = settings.webhook_url.get_secret_value().rstrip("/")
    secret = settings.secret or secret_of(bot.token)
    webhook = ByWebhook(address, secret, receiver, inbox)
    webhook.join(pages)
    return partial(webhook.announce, bot, connections.redis, connections.keys)


async def _forget(changes: Changes) -> None:
    """Delete old totals for good, every minute, once undo can't bring them back any more."""
    while True:
        # If the database is away, the next minute will do.
        with suppress(SQLAlchemyError):
            await changes.forget(datetime.now(UTC))
        await asyncio.sleep(FORGET)
