"""The public face: turns aiogram-dialog's dialogs of a dispatcher into durable ones."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Self

import structlog
from aiogram import Bot, Dispatcher
from aiogram.fsm.storage.memory import DisabledEventIsolation
from aiogram_dialog import BaseDialogManager, BgManagerFactory, setup_dialogs
from aiogram_dialog.api.entities import DialogUpdateEvent
from aiogram_dialog.api.internal import DataGetter
from aiogram_dialog.api.protocols import StackAccessValidator
from aiogram_dialog.manager.manager_middleware import BgFactoryMiddleware
from aiohttp import web
from typing_extensions import Unpack

from durable_dialogs.drawing.message_manager import DurableManagerFactory
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.webhook import Webhook
from durable_dialogs.lifespan import Lifespan
from durable_dialogs.options import Options, Settings
from durable_dialogs.start_checks import check_not_set_up
from durable_dialogs.tasks import Job, finish, keep, run_until, start
from durable_dialogs.telegram.adopted_session import adopt
from durable_dialogs.telegram.topics import name_topic
from durable_dialogs.update.background import DurableBgFactory, DurableManager
from durable_dialogs.update.presses import check_press
from durable_dialogs.workers.peer_address import has_fixed_port

UNPREPARED = "call setup(dispatcher) first"
"""The error if something needs the dispatcher and does not have it yet."""

NOT_RUNNING = (
    "start the bot with DurableDialogs.start_polling(), or inside `async with` or `lifespan`"
)
"""The error if the dispatcher is started by itself."""

log = structlog.get_logger(__name__)


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
        self._webhooks: dict[int, Webhook] = {}
        self._lifespan = Lifespan(self._settings)
        self._engines = self._lifespan.engines
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
            RuntimeError: This object was set up on a dispatcher before, or the dispatcher has
                dialogs that are set up already.
        """
        if self._dispatcher:
            raise RuntimeError("use one DurableDialogs for each dispatcher")
        check_not_set_up(dispatcher)
        self._dispatcher = dispatcher
        if dispatcher.fsm in dispatcher.update.outer_middleware:
            log.info("fsm_not_transactional", hint="FSMContext is kept, and written at once")
        dispatcher.update.outer_middleware(name_topic)
        dispatcher.update.outer_middleware(self._lifespan.carry_out)
        # Updates that dialogs make get nothing else.
        dispatcher.workflow_data["dispatcher"] = dispatcher
        self._managers = DurableBgFactory(dispatcher, self._keep)
        setup_dialogs(
            dispatcher,
            dialog_manager_factory=DurableManagerFactory(
                getter, partial(DurableManager, self._keep)
            ),
            stack_access_validator=stack_access_validator,
            events_isolation=DisabledEventIsolation(),
        )
        for middleware in dispatcher.message.outer_middleware:
            if isinstance(middleware, BgFactoryMiddleware):  # the same for all kinds of updates
                middleware.bg_manager_factory = self._managers
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
        polled = bots or self._bots
        if not polled:
            raise ValueError("start_polling needs a bot")
        stop = asyncio.Event()
        if handle_signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop.set)
        async with self.opened(*polled) as jobs:
            await run_until(stop, *jobs)

    def webhook(
        self, bot: Bot | None = None, *, secret: str, url: str | None = None
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a handler of aiohttp for the updates that Telegram posts.

        The application needs `lifespan`.

        Args:
            bot: The bot; None for the only one.
            secret: The `secret_token` that Telegram sends with each update.
            url: The public address of the handler, which is kept set at Telegram: one worker sets
                it when it is new, and again when another program has changed it. None if the bot
                calls `set_webhook` itself.

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
        if self._webhooks.keys() - {bot.id} and has_fixed_port(self._settings.peers or ""):
            raise ValueError("peers: several bots need an address without a port")
        receiver = partial(self._lifespan.receivers.get, bot.id)
        webhook = self._webhooks[bot.id] = Webhook(secret, url, receiver)
        return webhook.take

    async def lifespan(self, _app: web.Application) -> AsyncIterator[None]:
        """Run as long as a web application: `app.cleanup_ctx.append(dialogs.lifespan)`."""
        async with self:
            yield

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as parts:
            jobs = await parts.enter_async_context(self.opened())
            running = {start(keep(job)) for job in jobs}
            parts.push_async_callback(finish, running, within=0)
            self._parts = parts.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._parts.aclose()

    @asynccontextmanager
    async def opened(self, *polled: Bot) -> AsyncIterator[list[Job]]:
        """Open everything, for an application that runs the jobs itself.

        Args:
            polled: The bots whose updates are fetched. Those of others come by webhook, or are fed
                to the dispatcher.

        Yields:
            What must run until the end, each in a task of its own. If a job fails, the application
            should end. Cancel them all before leaving.
        """
        if self._dispatcher is None:
            raise RuntimeError(UNPREPARED)
        self._add(*polled)
        if not self._bots:
            raise ValueError("DurableDialogs has no bot")
        async with AsyncExitStack() as parts:
            await self._lifespan.open(self._dispatcher, self._bots, self._webhooks, parts)
            yield self._lifespan.jobs(polled)

    def stop(self) -> None:
        """Begin to end: what is under way has three seconds from now.

        From now on no person is told to try again, because an update that is not done comes again.
        An application calls this if it closes its web server before it leaves `opened`.
        """
        self._lifespan.stop()

    def bg(
        self,
        bot: Bot,
        user_id: int,
        chat_id: int,
        *,
        stack_id: str | None = None,
        thread_id: int | None = None,
    ) -> BaseDialogManager:
        """Give a manager for use outside of updates, such as by a scheduler.

        Each of its calls returns once Redis has the update, which is then done once. It raises
        `AwayError` if Redis can't be used and has written nothing, `UnclearError` if it may have,
        and TypeError if the data is no JSON. Its own `bg` takes a business connection.
        """
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

    async def _check_running(self) -> None:
        """Refuse a start by the dispatcher itself: it would acknowledge updates that fail here."""
        if not self._engines:
            raise RuntimeError(NOT_RUNNING)

    async def _keep(self, bot: Bot, event: DialogUpdateEvent) -> None:
        """Keep an update of a background manager until its bot's engine has done it."""
        if bot.id not in self._engines:
            raise RuntimeError(NOT_RUNNING)
        await self._engines[bot.id].background.keep(event)
