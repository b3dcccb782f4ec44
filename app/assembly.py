"""Makes a worker of its parts. Nothing runs yet: `app/run.py` does that."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from app.setting_checks import OFF
from app.settings import Settings
from app.updates import KINDS
from charts.process import Charts
from db import checkpoint
from db.changes import Changes
from db.engine import create_engine
from db.models import Kind
from db.repositories import Repositories
from db.sessions import Sessions
from durable_dialogs import DurableDialogs, Hooks, Leases
from durable_dialogs.state.store import MEMORY
from durable_dialogs.tasks import Job
from exports.sending import Exports
from exports.writing import Writer
from handlers import inline_counter, menu_button, profile
from handlers.errors import answer_error, tell_unread
from handlers.own_chats import OwnChats
from handlers.person import PersonMiddleware
from locales import Catalog
from ops.deployment import REDIS_PREFIX
from ops.metrics import TAPS, TOTALS, begin, count_total, watch
from people.chat_names import ChatNames
from people.drafts import Drafts
from people.preferences import People
from people.rights import Rights
from people.taps import Taps
from signed.bills import Bills
from signed.passes import Passes
from signed.tickets import Tickets
from web.health import Health
from web.webhook import add_webhook, secret_of
from widgets.open_counters import OPEN_COUNTERS
from widgets.services import Services

BUSY_TIMEOUT = 2
"""Seconds a write to SQLite waits for another process. Short, because a thread that waits in SQLite
can't be stopped, and each write is retried later."""
ANSWER = 10.0
"""Seconds PostgreSQL may take to answer before it counts as away."""
FINISH = 0.5
"""Seconds at the end for each part of Tally's own to save what it has left."""
FORGET = 60.0
"""Seconds between two deletions of old totals that undo can't bring back any more."""

begin(TOTALS, Kind)


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of a worker that the run deals with.

    Attributes:
        dialogs: Receives updates and carries them out.
        dispatcher: Handles updates; the addresses of the pages are to be added to its data.
        pages: What is served to the public.
        health: Answers whether the worker can be used; gives the metrics.
        jobs: What runs beside the updates, each in a task of its own.
    """

    dialogs: DurableDialogs
    dispatcher: Dispatcher
    pages: web.Application
    health: Health
    jobs: Sequence[Job]


async def assemble(
    settings: Settings,
    connections: Connections,
    parts: AsyncExitStack,
    is_stopping: Callable[[], bool],
) -> Assembly:
    """Make a worker: an application of `DurableDialogs` with Tally's services and pages.

    Args:
        settings: The settings.
        connections: Redis and Telegram. The bot knows by now who it is.
        parts: The stack that closes what is opened here.
        is_stopping: Tells whether the worker is about to end.
    """
    bot = connections.bot
    engine = _open_database(settings, parts)
    kept = Repositories.over(Sessions(engine, ANSWER))
    catalog = Catalog(settings.default_language)
    services = _make_services(settings, connections, kept, catalog)
    parts.push_async_callback(services.charts.close)
    dialogs = _make_dialogs(settings, connections, kept, services, catalog)
    person = PersonMiddleware(catalog, kept.users, services.people)
    own_chats = OwnChats(connections.redis, connections.keys, catalog)
    dispatcher = make_dispatcher(dialogs, services, person, own_chats)
    for close in (person.close, own_chats.close, services.taps.close):
        dispatcher.shutdown.register(partial(close, FINISH))
    health = make_health(settings, connections, kept.sessions, is_stopping)
    pages = await make_pages(settings, connections, services, catalog, health)
    if settings.webhook_url:
        address = settings.webhook_url.get_secret_value().rstrip("/")
        add_webhook(pages, dialogs, address, settings.secret or secret_of(bot.token))
    jobs: list[Job] = [
        partial(profile.announce, bot, catalog),
        partial(own_chats.dismiss, bot, settings.admin_ids),
        lambda: menu_button.announce(bot, catalog, dispatcher["totals_url"]),
        partial(_forget, kept.changes),
        partial(checkpoint.run, engine),
        services.people.run,
        services.taps.run,
    ]
    return Assembly(dialogs, dispatcher, pages, health, jobs)


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
    settings: Settings,
    connections: Connections,
    kept: Repositories,
    services: Services,
    catalog: Catalog,
) -> DurableDialogs:
    people, exports = services.people, services.exports
    deliveries = Deliveries(kept.totals, kept.payments, kept.changes, people, exports)
    return DurableDialogs(
        connections.bot,
        redis=(connections.redis, connections.batch),
        prefix=REDIS_PREFIX,
        ttl=timedelta(seconds=settings.dialog_ttl),
        deliver=deliveries.deliver,
        on_error=answer_error,
        allowed_updates=KINDS,
        # The list of open counters must live as long as the counters on it.
        kept_alive=(OPEN_COUNTERS,),
        dialog_list=OPEN_COUNTERS,
        peers=None if settings.worker_peers == OFF else settings.worker_peers,
        hooks=Hooks(
            inline_window=partial(inline_counter.window, people),
            group_upgraded=kept.totals.move,
            payer_of=services.bills.payer_of,
            tell_unread=partial(tell_unread, catalog),
            discards={"chat_member": services.rights.forget},
        ),
    )


async def _forget(changes: Changes) -> None:
    """Delete old totals for good, every minute, once undo can't bring them back any more."""
    while True:
        # If the database is away, the next minute will do.
        with suppress(SQLAlchemyError):
            await changes.forget(datetime.now(UTC))
        await asyncio.sleep(FORGET)
