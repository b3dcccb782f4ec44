"""The engines of a dispatcher's bots, from their start to their end."""

import asyncio
from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.types import TelegramObject
from aiogram_dialog.api.entities import DIALOG_EVENT_NAME
from redis.asyncio import Redis

from durable_dialogs.engine import Engine, Shared
from durable_dialogs.intake.receiver import Receiver
from durable_dialogs.intake.webhook import Webhook
from durable_dialogs.options import Settings
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.connection import connect
from durable_dialogs.redis.shared_valkey import shared_valkey
from durable_dialogs.start_checks import check_former, check_set_up_once
from durable_dialogs.tasks import Job

FINISH = 3.0
"""Seconds a stop waits for running work. The next start takes up the rest."""


class Lifespan:
    """Opens what the bots of a dispatcher need to run, and closes it.

    Args:
        settings: The options.

    Attributes:
        engines: The engine of each bot that runs, by the bot's id.
        receivers: What takes updates that Telegram posts, by the bot's id.
    """

    def __init__(self, settings: Settings) -> None:
        self.engines: dict[int, Engine] = {}
        self.receivers: dict[int, Receiver] = {}
        self._settings = settings
        self._end: float | None = None

    async def open(
        self,
        dispatcher: Dispatcher,
        bots: Sequence[Bot],
        webhooks: Mapping[int, Webhook],
        parts: AsyncExitStack,
    ) -> None:
        """Open everything but the jobs.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
            bots: The bots.
            webhooks: Where Telegram posts the updates of a bot, by the bot's id.
            parts: The stack that closes it.

        Raises:
            RuntimeError: It is open, or the dispatcher's dialogs were set up twice.
            TypeError: `before` is no storage.
            ValueError: `before` can't be read.
        """
        if self.engines:
            raise RuntimeError("it runs already")
        self._end, settings = None, self._settings
        check_set_up_once(dispatcher)
        if settings.before:
            await check_former(settings.before, bots[0])
        if settings.metrics is not False and find_spec("prometheus_client"):
            _begin_metrics(settings.metrics)
        redis, batch = settings.redis or await self._open_redis(parts)
        kinds = settings.allowed_updates or dispatcher.resolve_used_update_types()
        asked = [kind for kind in kinds if kind != DIALOG_EVENT_NAME]
        shared = Shared(settings, redis, batch, dispatcher, asked)
        parts.callback(self.engines.clear)
        parts.callback(self.receivers.clear)
        for bot in bots:
            parts.push_async_callback(bot.session.close)
            engine = self.engines[bot.id] = Engine(bot, shared, webhooks.get(bot.id))
            self.receivers[bot.id] = engine.receiver
        data = {**dispatcher.workflow_data, "bots": tuple(bots), "bot": bots[-1]}
        await dispatcher.emit_startup(**data)
        parts.push_async_callback(dispatcher.emit_shutdown, **data)
        parts.push_async_callback(self._close)

    async def _open_redis(self, parts: AsyncExitStack) -> tuple[Redis, Batch]:
        url = self._settings.redis_url
        if url is None:
            folder = Path(self._settings.data_dir) / "valkey"
            url = await parts.enter_async_context(shared_valkey(folder))
        redis, batch = connect(parse(url), self._settings.replicas, parts)
        await redis.ping()
        return redis, batch

    def jobs(self, polled: Collection[Bot]) -> list[Job]:
        """Return what must run until the end, each in a task of its own.

        Args:
            polled: The bots whose updates are fetched.
        """
        fetched = {bot.id for bot in polled}
        engines = self.engines.items()
        return [job for bot_id, each in engines for job in each.jobs(is_polled=bot_id in fetched)]

    def carry_out(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Awaitable[object]:
        """Carry an update out in the engine of its bot; an outer middleware of updates."""
        bot: Bot = data["bot"]
        engine = self.engines.get(bot.id)
        if engine is None:
            raise RuntimeError(f"an update of bot {bot.id}, which DurableDialogs does not run")
        return engine.middleware(handler, event, data)

    def stop(self) -> None:
        """Begin to end: what is under way has `FINISH` seconds from now."""
        self._end = asyncio.get_running_loop().time() + FINISH
        for engine in self.engines.values():
            engine.middleware.stop()

    async def _close(self) -> None:
        if self._end is None:
            self.stop()
        time, end = asyncio.get_running_loop().time, self._end or 0.0
        for engine in self.engines.values():
            for close in engine.closing:
                await close(max(0.0, end - time()))


def _begin_metrics(registry: object) -> None:
    # Imported only now, because prometheus_client need not be installed.
    measure = import_module("durable_dialogs.metrics").measure
    measure(*([] if registry is True else [registry]))
