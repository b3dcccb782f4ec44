"""Which workers share a bot: each must know how many, to leave the others their part."""

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
from durable_dialogs.state.keys import PREFIX

PERIOD = 2.0
"""Seconds between two signs of life."""
SILENCE = 10
"""Seconds without one after which a worker counts no more."""

log = structlog.get_logger(__name__)


class WorkerRegistry:
    """The workers that share a bot.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.

    Attributes:
        size: How many they are, this one among them, as was last heard.
        worker: This one's name, without a space.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int) -> None:
        self.size = 1
        self._redis = redis
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:crew"
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._sign = redis.register_script(Path(__file__).with_name("crew.lua").read_text())

    async def run(self, on_change: Callable[[int], object]) -> None:
        """Give signs of life until cancelled.

        Args:
            on_change: Is told the size whenever it has changed.
        """
        while True:
            try:
                size = len(await self._sign_up())
            except RedisError as error:
                log.warning("crew_unreachable", error=str(error))
            else:
                if size != self.size:
                    self.size = size
                    log.info("crew", size=size)
                    on_change(size)
            await asyncio.sleep(PERIOD)

    async def gone(self, workers: Iterable[str]) -> set[str]:
        """Tell which workers live no more: that have signed off, fallen silent, or ended here.

        A worker that was killed stays on the list for some seconds, unless it was one of this
        machine's. Where machines have the same name, one that lives may be told, too.

        Args:
            workers: Their names.

        Raises:
            RedisError: The list can't be read.
        """
        there = await self._sign_up()
        return {worker for worker in workers if worker not in there or _has_ended(worker)}

    async def _sign_up(self) -> set[str]:
        names: list[bytes] = await self._batch.run(self._sign, [self._key], [self.worker, SILENCE])
        return {name.decode() for name in names}

    async def close(self, within: float) -> None:
        """Sign off, in at most `within` seconds; else the others find out."""
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(within):
                await self._redis.zrem(self._key, self.worker)


def _has_ended(worker: str) -> bool:
    """Tell whether a worker is one of this machine's processes that is no more."""
    host, _, process = worker.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname():
        return False
    # In a container each start may get the number of the last.
    return int(process) == os.getpid() or not _lives(int(process))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True
