"""The worker registry: the live workers of a bot, listed in Redis.

Each worker must know how many there are, because they share Telegram's rate limits, and where the
others are, because it passes updates on to the owners of their chats.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
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

UNIX = "unix:"
"""The beginning of an address that is the path of a Unix socket."""

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
        address: Where this worker takes updates from others, empty if it takes none.
        others: The addresses of the other workers that this one can reach, by their names, at the
            last heartbeat.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys) -> None:
        self.size = 1
        self.address = ""
        self.others: Mapping[str, str] = {}
        self._redis = redis
        self._batch = batch
        # Redis keys keep their names of earlier versions, so that old and new workers share them.
        self._key = keys.own("crew")
        self._addresses = keys.own("addresses")
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._script = redis.register_script(Path(__file__).with_name("workers.lua").read_text())

    async def run(self, on_change: Callable[[int], object]) -> None:
        """Send heartbeats until cancelled.

        Args:
            on_change: Called with the new size whenever it changes.
        """
        known = 1, 0
        while True:
            try:
                size = len(await self._heartbeat())
            except RedisError as error:
                log.warning("worker_registry_unavailable", error=str(error))
            else:
                if (size, len(self.others)) != known:
                    known = size, len(self.others)
                    log.info("workers", count=size, reachable=len(self.others))
                if size != self.size:
                    self.size = size
                    on_change(size)
            await asyncio.sleep(PERIOD)

    async def live(self) -> set[str]:
        """Return the names of the live workers, after a heartbeat of this one.

        Raises:
            RedisError: The registry can't be read.
        """
        return await self._heartbeat()

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
        keys = [self._key, self._addresses]
        arguments: list[str | int] = [self.worker, SILENCE, self.address]
        names, addresses = await self._batch.run(self._script, keys, arguments)
        others = {
            worker.decode(): address.decode()
            for worker, address in zip(addresses[::2], addresses[1::2], strict=True)
        }
        self.others = {
            worker: address
            for worker, address in others.items()
            if worker != self.worker and _is_reachable(worker, address)
        }
        return {name.decode() for name in names}

    async def close(self, within: float) -> None:
        """Sign off. If that takes longer than `within` seconds, the heartbeats just end."""
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(within):
                await self._redis.zrem(self._key, self.worker)
                await self._redis.hdel(self._addresses, self.worker)


def _is_reachable(worker: str, address: str) -> bool:
    """Tell whether this machine can reach a worker: a Unix socket is of one machine."""
    return not address.startswith(UNIX) or _host_of(worker)[0] == socket.gethostname()


def _host_of(worker: str) -> tuple[str, int]:
    """Return a worker's machine and its process id there."""
    host, _, process = worker.rpartition(":")[0].rpartition(":")
    return host, int(process)


def _has_ended(worker: str) -> bool:
    """Tell whether a worker was a process of this machine that has ended."""
    host, process = _host_of(worker)
    if host != socket.gethostname():
        return False
    # In a container each start may get the process id of the last one.
    return process == os.getpid() or not lives(process)


def lives(process: int) -> bool:
    """Tell whether a process of this machine is alive."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs as another user
    return True
