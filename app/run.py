"""Runs a worker until it is to stop, and closes it."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

import structlog
from aiogram.exceptions import TelegramConflictError, TelegramUnauthorizedError

from app.assembly import assemble
from app.connections import connect_all
from app.introduction import introduce
from app.pages import serve, serve_metrics
from app.settings import Settings
from durable_dialogs.tasks import Job, run_until
from ops.errors import OperatorError
from ops.queries import migrate
from ops.worker_process import Parent

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
        connections = await connect_all(settings, parts)
        me = await introduce(connections.bot, stop, parent.say_waiting if parent else lambda: None)
        if me is None:
            return
        worker = await assemble(settings, connections, parts, stop.is_set)
        polled = () if settings.webhook_url else (connections.bot,)
        jobs = await parts.enter_async_context(worker.dialogs.opened(*polled))
        async with AsyncExitStack() as server:
            addresses = await serve(worker.pages, settings, server, shared=bool(parent))
            worker.dispatcher.workflow_data |= addresses
            await serve_metrics(worker.health, settings, server, shared=bool(parent))
            log.info("started", bot=f"@{me.username}")
            if parent:
                parent.say_started()
            await _run_until(stop, *jobs, *worker.jobs)
            log.info("stopping")
            worker.dialogs.stop()


def _stop_event(parent: Parent | None) -> asyncio.Event:
    """Give an event that is set by SIGINT, by SIGTERM, or when the parent ends."""
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


async def _run_until(stop: asyncio.Event, *jobs: Job) -> None:
    """Run jobs until the event is set or a job fails.

    Raises:
        OperatorError: The token was revoked, or another process polls with it.
    """
    try:
        await run_until(stop, *jobs)
    except TelegramUnauthorizedError as error:
        raise OperatorError("BOT_TOKEN: Telegram refuses the token") from error
    except TelegramConflictError as error:
        raise OperatorError(f"BOT_TOKEN: {error.message}") from error
