"""The public face: turns aiogram-dialog's dialogs of a dispatcher into durable ones."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

import structlog
from aiogram import Bot, Dispatcher
from aiogram.fsm.storage.memory import DisabledEventIsolation
from aiogram.types import TelegramObject
from aiogram_dialog import BaseDialogManager, BgManagerFactory, setup_dialogs
from aiogram_dialog.api.entities import DIALOG_EVENT_NAME
from aiogram_dialog.api.internal import DataGetter
from aiogram_dialog.api.protocols import StackAccessValidator
from aiohttp import web
from redis.asyncio import Redis
from typing_extensions import Unpack

from durable_dialogs.bot_engine import BotEngine, Shared
from durable_dialogs.drawing.message_manager import DurableManagerFactory
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.webhook import Webhook
from durable_dialogs.options import Options, Settings
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.connection import connect
from durable_dialogs.redis.shared_valkey import shared_valkey
from durable_dialogs.tasks import finish, run_until, start
from durable_dialogs.telegram.adopted_session import adopt
from durable_dialogs.telegram.topics import name_topic
from durable_dialogs.update.presses import check_press
from durable_dialogs.workers.peer_address import has_fixed_port

FINISH = 3.0
"""Seconds a stop waits for running work. The next start takes up the rest."""

PAUSE = 5.0
"""Seconds before a job that failed is started again."""

UNPREPARED = "call setup(dispatcher) first"
"""The error if something needs the dispatcher and does not have it yet."""

NOT_RUNNING = (
    "start the bot with DurableDialogs.start_polling(), or inside `async with` or `lifespan`"
)
"""The error if the dispatcher is started by itself."""

log = structlog.get_logger(__name__)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class DurableDialogs:
    """Keeps the dialogs of a dispatcher in Redis and counts each update once.

    Use one object for one dispatcher. It is also an asynchronous context manager: inside, updates
    can be fed to the dispatcher.

    Args:
        bots: The bots that use the dispatcher. Each gets a session that can read updates as bytes.
        options: See `durable_dialogs.options.Settings`.

    Raises:
        TypeError: A bot's session can't be replaced; see `adopt`.
        ValueError: An option has a wrong value.
    """

    def __init__(self, *bots: Bot, **options: Unpack[Options]) -> None:
        self._settings = Settings(**options)
        self._bots: tuple[Bot, ...] = ()
        self._add(*bots)
        self._dispatcher: Dispatcher | None = None
        self._managers: BgManagerFactory | None = None
        self._engines: dict[int, BotEngine] = {}
        self._by_webhook: set[int] = set()
        self._parts = AsyncExitStack()

    def setup(
        self,
        dispatcher: Dispatcher,
        *,
        getter: DataGetter | None = None,
        stack_access_validator: StackAccessValidator | None = None,
    ) -> BgManagerFactory:
        """Set dialogs up, in place of aiogram-dialog's `setup_dialogs`.

        Outer middlewares of updates that were registered before run once an update; what is
        registered later runs at each try.

        Args:
            dispatcher: The dispatcher.
            getter: A getter for all windows.
            stack_access_validator: Decides who may use which stack.

        Raises:
            RuntimeError: This object was set up on a dispatcher before.
        """
        if self._dispatcher:
            raise RuntimeError("use one DurableDialogs for each dispatcher")
        self._dispatcher = dispatcher
        if dispatcher.fsm in dispatcher.update.outer_middleware:
            log.info("fsm_not_transactional", hint="FSMContext is kept, and written at once")
        dispatcher.update.outer_middleware(name_topic)
        dispatcher.update.outer_middleware(self._carry_out)
        # Updates that dialogs make get nothing else.
        dispatcher.workflow_data["dispatcher"] = dispatcher
        self._managers = setup_dialogs(
            dispatcher,
            dialog_manager_factory=DurableManagerFactory(getter),
            stack_access_validator=stack_access_validator,
            events_isolation=DisabledEventIsolation(),
        )
        dispatcher.callback_query.middleware(check_press)
        dispatcher.startup.register(self._check_running)
        return self._managers

    async def start_polling(self, *bots: Bot, handle_signals: bool = True) -> None:
        """Fetch and carry out updates until cancelled, or until a signal.

        Args:
            bots: The bots to poll, those of the constructor if none are given.
            handle_signals: Whether SIGINT and SIGTERM end this.

        Raises:
            TelegramUnauthorizedError: A token was revoked.
            TelegramConflictError: Another process keeps fetching with a bot's token.
        """
        if self._dispatcher is None:
            raise RuntimeError(UNPREPARED)
        polled = bots or self._bots
        if not polled:
            raise ValueError("start_polling needs a bot")
        stop = asyncio.Event()
        if handle_signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop.set)
        self._add(*bots)
        async with AsyncExitStack() as parts:
            await self._open(parts)
            polls = [self._engines[bot.id].poll for bot in polled]
            await run_until(stop, *self._jobs, *polls)

    def webhook(
        self, bot: Bot | None = None, *, secret: str
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a handler of aiohttp for the updates that Telegram posts.

        The application needs `lifespan`, and the bot calls `set_webhook` itself.

        Args:
            bot: The bot; None for the only one.
            secret: The `secret_token` that `set_webhook` was given.

        Raises:
            ValueError: There is no bot, or more than one, or the secret is empty, or `peers` has a
                port that another bot uses.
        """
        if bot is None:
            if len(self._bots) != 1:
                raise ValueError("webhook needs to know which bot it is for")
            (bot,) = self._bots
        if not secret:
            raise ValueError("webhook needs a secret")
        self._add(bot)
        bot_id, webhook = bot.id, Webhook(secret)
        if self._by_webhook - {bot_id} and has_fixed_port(self._settings.peers or ""):
            raise ValueError("peers: several bots need an address without a port")
        self._by_webhook.add(bot_id)

        async def take(request: web.Request) -> web.Response:
            engine = self._engines.get(bot_id)
            if engine is None:
                raise web.HTTPServiceUnavailable  # Telegram posts the update again
            return await webhook.take(engine.receiver, request)

        return take

    async def lifespan(self, _app: web.Application) -> AsyncIterator[None]:
        """Run as long as a web application: `app.cleanup_ctx.append(dialogs.lifespan)`."""
        async with self:
            # Updates that polling has left behind.
            replays = {start(_keep(engine.replay)) for engine in self._engines.values()}
            yield
            await finish(replays, within=0)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as parts:
            await self._open(parts)
            jobs = {start(_keep(job)) for job in self._jobs}
            parts.push_async_callback(finish, jobs, within=0)
            self._parts = parts.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._parts.aclose()

    async def _open(self, parts: AsyncExitStack) -> None:
        """Open everything but the jobs; the stack closes it."""
        dispatcher = self._dispatcher
        if dispatcher is None:
            raise RuntimeError(UNPREPARED)
        if not self._bots:
            raise ValueError("DurableDialogs has no bot")
        if self._engines:
            raise RuntimeError("it runs already")
        redis, batch = await self._open_redis(parts)
        kinds = self._settings.allowed_updates or dispatcher.resolve_used_update_types()
        asked = [kind for kind in kinds if kind != DIALOG_EVENT_NAME]
        shared = Shared(self._settings, redis, batch, dispatcher, asked)
        for bot in self._bots:
            parts.push_async_callback(bot.session.close)
            by_webhook = bot.id in self._by_webhook
            self._engines[bot.id] = BotEngine(bot, shared, by_webhook=by_webhook)
        parts.callback(self._engines.clear)
        data = {**dispatcher.workflow_data, "bots": self._bots, "bot": self._bots[-1]}
        await dispatcher.emit_startup(**data)
        parts.push_async_callback(dispatcher.emit_shutdown, **data)
        parts.push_async_callback(self._finish)

    @property
    def _jobs(self) -> list[Callable[[], Awaitable[object]]]:
        return [job for engine in self._engines.values() for job in engine.jobs]

    def bg(
        self,
        bot: Bot,
        user_id: int,
        chat_id: int,
        *,
        stack_id: str | None = None,
        thread_id: int | None = None,
    ) -> BaseDialogManager:
        """Give a manager for use outside of updates, such as by a scheduler."""
        if self._managers is None:
            raise RuntimeError(UNPREPARED)
        return self._managers.bg(bot, user_id, chat_id, stack_id=stack_id, thread_id=thread_id)

    def quarantine(self, bot: Bot) -> Quarantine:
        """Give the updates of a bot that could not be used, to list them or try them again.

        Raises:
            RuntimeError: This object is not running.
        """
        if bot.id not in self._engines:
            raise RuntimeError("quarantine needs `async with dialogs`, or a running bot")
        return self._engines[bot.id].quarantine

    def _add(self, *bots: Bot) -> None:
        for bot in bots:
            if bot not in self._bots:
                adopt(bot)
                self._bots = (*self._bots, bot)

    async def _open_redis(self, parts: AsyncExitStack) -> tuple[Redis, Batch]:
        url = self._settings.redis_url
        if url is None:
            folder = Path(self._settings.data_dir) / "valkey"
            url = await parts.enter_async_context(shared_valkey(folder))
        redis, batch = connect(parse(url), self._settings.replicas, parts)
        await redis.ping()
        return redis, batch

    async def _finish(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + FINISH
        for engine in self._engines.values():
            engine.stop()
        for engine in self._engines.values():
            for close in engine.closing:
                await close(max(0.0, end - loop.time()))

    async def _check_running(self) -> None:
        """Refuse a start by the dispatcher itself: it would acknowledge updates that fail here."""
        if not self._engines:
            raise RuntimeError(NOT_RUNNING)

    async def _carry_out(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> object:
        """Carry an update out in the engine of its bot; an outer middleware of updates."""
        bot: Bot = data["bot"]
        engine = self._engines.get(bot.id)
        if engine is None:
            raise RuntimeError(f"an update of bot {bot.id}, which DurableDialogs does not run")
        return await engine.carry_out(handler, event, data)


async def _keep(job: Callable[[], Awaitable[object]]) -> None:
    """Do a job; if it fails, log that and start it again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job_failed", again_in=PAUSE)
            await asyncio.sleep(PAUSE)
        else:
            return
