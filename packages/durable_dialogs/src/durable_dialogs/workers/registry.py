"""The worker registry: the live workers of a bot, listed in Redis.

Each worker must know how many there are, because they share Telegram's rate limits.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys

PERIOD = 2.0
"""Seconds between two heartbeats of a worker."""

SILENCE = 10
"""Seconds without a heartbeat after which a worker counts as dead."""

log = structlog.get_logger(__name__)


class WorkerRegistry:
    """Registers this worker, and knows the others that run the same bot.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.

    Attributes:
        size: Number of live workers at the last heartbeat, this one included.
        worker: This worker's name, without a space.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys) -> None:
        self.size = 1
        self._redis = redis
        self._batch = batch
        # Redis keys keep their names of earlier versions, so that old and new workers share them.
        self._key = keys.own("crew")
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._script = redis.register_script(Path(__file__).with_name("workers.lua").read_text())

    async def run(self, on_change: Callable[[int], object]) -> None:
        """Send heartbeats until cancelled.

        Args:
            on_change: Called with the new size whenever it changes.
        """
        while True:
            try:
                size = len(await self._heartbeat())
            except RedisError as error:
                log.warning("worker_registry_unavailable", error=str(error))
            else:
                if size != self.size:
                    self.size = size
                    log.info("workers", count=size)
                    on_change(size)
            await asyncio.sleep(PERIOD)

    async def gone(self, workers: Iterable[str]) -> set[str]:
        """Return those of some workers that are dead or have signed off.

        A worker that was killed stays in the registry for some seconds, unless it ran on this
        machine. If two machines have the same name, a live worker may be returned, too.

        Args:
            workers: The workers' names.

        Raises:
            RedisError: The registry can't be read.
        """
        live = await self._heartbeat()
        return {worker for worker in workers if worker not in live or _has_ended(worker)}

    async def _heartbeat(self) -> set[str]:
        """Send a heartbeat; return the names of the live workers."""
        arguments: list[str | int] = [self.worker, SILENCE]
        names: list[bytes] = await self._batch.run(self._script, [self._key], arguments)
        return {name.decode() for name in names}

    async def close(self, within: float) -> None:
        """Sign off. If that takes longer than `within` seconds, the heartbeats just end."""
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(within):
                await self._redis.zrem(self._key, self.worker)


def _has_ended(worker: str) -> bool:
    """Tell whether a worker was a process of this machine that has ended."""
    host, _, process = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname():
        return False
    # In a container each start may get the process id of the last one.
    return int(process) == os.getpid() or not _lives(int(process))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs as another user
    return True
