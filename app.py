"""Puts the parts together: bot, dispatcher, open dialogs, totals; runs and closes them."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TEST, TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.fsm.storage.memory import DisabledEventIsolation
from aiogram.methods import Response
from aiogram.types import Message, Update, User
from aiogram_dialog import setup_dialogs
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy.exc import IntegrityError

from config import Settings
from db.engine import create_engine
from db.sessions import Sessions
from db.totals import NewTotal, Totals
from db.users import Users
from dialogs import DIALOGS
from faults import Fault
from fsm.drawings import DrawingManagerFactory
from fsm.inbox import Inbox
from fsm.middleware import TransactionMiddleware
from fsm.outbox import Outbox, UndeliverableError
from fsm.renderer import Renderer
from fsm.store import DialogStore
from fsm.valkey import EmbeddedValkey, ValkeyStartError
from handlers import commands, cutlets, strays
from handlers.errors import answer_error
from handlers.person import PersonMiddleware
from locales import Catalog
from playground.server import Server
from queries import migrate
from widgets.access import OwnerAccess

UPDATES = ["message", "callback_query"]
"""The kinds of updates asked for. By hand: aiogram would add kinds of the dialogs' own."""

KEPT = (Response[bool], Response[Message], Response[Message | bool], Response[list[Update]])
"""The answers of Telegram in use. pydantic holds generic models weakly, and aiogram names
them anew for every call: unless somebody keeps them, they are built again and again."""

FINISH = 4.0
"""Seconds that a stop waits for each part to finish what is under way."""

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
        redis = await _open_redis(settings, parts)
        bot = await _open_bot(settings, parts)
        me = await _introduce(bot)
        engine = create_engine(settings.database)
        parts.push_async_callback(engine.dispose)
        sessions = Sessions(engine)
        store = DialogStore(redis, settings.dialog_ttl)
        totals = Totals(sessions)
        outbox = Outbox(redis, bot.id, partial(_save, totals))
        renderer = Renderer(bot, store)
        catalog = Catalog(settings.default_language)
        transactions = TransactionMiddleware(store, outbox, renderer, answer_error)
        person = PersonMiddleware(catalog, Users(sessions))
        address = settings.web_app_url.get_secret_value() if settings.web_app_url else None
        dispatcher = make_dispatcher(person, transactions, totals=totals, web_app_url=address)
        await dispatcher.emit_startup(bot=bot)
        inbox = Inbox(bot, redis, partial(dispatcher.feed_update, bot), UPDATES)
        parts.push_async_callback(person.close, FINISH)
        parts.push_async_callback(renderer.close, FINISH)
        parts.push_async_callback(outbox.close, FINISH)
        parts.push_async_callback(inbox.close, FINISH)
        log.info("started", bot=f"@{me.username}")
        await _until(stop, inbox.run, outbox.run, partial(commands.announce, bot, catalog))
        log.info("stopping")


def make_dispatcher(
    person: PersonMiddleware, transactions: TransactionMiddleware, **data: object
) -> Dispatcher:
    """Make the dispatcher with every handler and dialog.

    Args:
        person: Tells who sends an update.
        transactions: Carries updates out.
        data: What handlers, getters and clicks ask for by name.
    """
    # aiogram's own FSM would read a state on every update that dialogs never use.
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.workflow_data.update(data)
    dispatcher.update.outer_middleware(person)
    dispatcher.update.outer_middleware(transactions)
    # Routers are modules' own and can have one parent in a process.
    dispatcher.include_routers(
        strays.before, commands.router, cutlets.router, *DIALOGS, strays.after
    )
    setup_dialogs(
        dispatcher,
        dialog_manager_factory=DrawingManagerFactory(),
        stack_access_validator=OwnerAccess(),
        events_isolation=DisabledEventIsolation(),
    )
    return dispatcher


async def _open_redis(settings: Settings, parts: AsyncExitStack) -> Redis:
    if settings.redis_url:
        url = settings.redis_url.get_secret_value()
    else:
        valkey = EmbeddedValkey(settings.data_dir / "valkey")
        try:
            await valkey.start()
        except ValkeyStartError as error:
            raise Fault(f"the embedded Valkey does not start: {error}") from error
        parts.push_async_callback(valkey.stop)
        url = valkey.url
    try:
        # No tries behind our back: a commit whose answer was lost must not be sent twice.
        redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0))
        parts.push_async_callback(redis.aclose)
        await redis.ping()
    except (RedisError, OSError, ValueError) as error:
        raise Fault(f"REDIS_URL: Redis can't be reached: {_line(error)}") from error
    return redis


async def _open_bot(settings: Settings, parts: AsyncExitStack) -> Bot:
    if settings.bot_token:
        token = settings.bot_token.get_secret_value()
        api = TEST if settings.bot_api_test else PRODUCTION
        if settings.bot_api_url:
            address = settings.bot_api_url.get_secret_value()
            api = TelegramAPIServer.from_base(address.rstrip("/"))
    else:
        server = Server(port=settings.playground_port, data_dir=settings.data_dir / "playground")
        try:
            await server.start()
        except OSError as error:
            raise Fault(f"PLAYGROUND_PORT: {_line(error)}") from error
        parts.push_async_callback(server.stop)
        token, api = server.token, TelegramAPIServer.from_base(server.url)
        log.info(
            "playground",
            open=server.url,
            hint="no BOT_TOKEN is set, so a local Telegram stands in at this address; "
            "for the real one put BOT_TOKEN=... from @BotFather into .env",
        )
    bot = Bot(
        token,
        session=AiohttpSession(api=api),
        default=DefaultBotProperties(parse_mode=ParseMode.HTML),
    )
    parts.push_async_callback(bot.session.close)
    return bot


async def _introduce(bot: Bot) -> User:
    try:
        return await bot.me()
    except ClientDecodeError as error:
        raise Fault("BOT_API_URL: what answers there is no Bot API server") from error
    except TelegramUnauthorizedError as error:
        raise Fault("BOT_TOKEN: Telegram refuses the token") from error
    except TelegramAPIError as error:
        raise Fault(f"Telegram can't be reached: {_line(error)}") from error


async def _save(totals: Totals, _: str, payload: str) -> None:
    try:
        await totals.add(NewTotal.from_json(payload))
    except (IntegrityError, ValueError) as error:
        raise UndeliverableError(type(error).__name__) from error


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
        while running:
            # Again until they end: a library on the way may swallow a cancellation.
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=FINISH / 8)


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
