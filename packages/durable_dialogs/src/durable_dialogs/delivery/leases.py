"""Leases in Redis: one worker at a time does a thing, and it is done once."""

import secrets
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import AwayError

HOLD = 30
"""Seconds that a lease lasts; after that another worker may claim it."""


class Lease(StrEnum):
    """The result of claiming a lease."""

    MINE = "mine"
    """The caller has the lease."""
    BUSY = "busy"
    """Another worker has it at the moment."""
    DONE = "done"
    """The thing was done already."""


class Leases:
    """Claims, extends and releases leases, and remembers what was done.

    A lease that has expired and that another worker has claimed since is neither extended nor
    released. Every method raises `AwayError` if Redis can't be used.

    Args:
        redis: The connection; it returns bytes.
        keys: The bot's keys.
        memory: Seconds for which it is remembered that a thing was done.
    """

    def __init__(self, redis: Redis, keys: BotKeys, memory: int) -> None:
        self._redis = redis
        self._keys = keys
        self._memory = memory
        self._mine = f"{Lease.BUSY} {secrets.token_hex(8)}"
        self._script = Path(__file__).with_name("keep.lua").read_text()

    async def claim(self, name: str) -> Lease:
        """Claim the lease of a thing for `HOLD` seconds.

        If the result is `Lease.MINE`, the caller does the thing and then calls `settle`, or
        `release` if it failed.

        Args:
            name: The name of the thing, the same for all workers.
        """
        with _watched():
            if await self._redis.set(self._key(name), self._mine, nx=True, ex=HOLD):
                return Lease.MINE
            found = await self._redis.get(self._key(name))
        return Lease.DONE if found == Lease.DONE.encode() else Lease.BUSY

    async def hold(self, name: str) -> None:
        """Extend a lease: it lasts `HOLD` seconds from now."""
        await self._keep(name, HOLD)

    async def settle(self, name: str) -> None:
        """Note that the thing is done."""
        with _watched():
            await self._redis.set(self._key(name), Lease.DONE, ex=self._memory)

    async def release(self, name: str) -> None:
        """Release a lease, because the thing was not done: others may claim it at once."""
        await self._keep(name, 0)

    async def _keep(self, name: str, seconds: int) -> None:
        with _watched():
            result = self._redis.eval(self._script, 1, self._key(name), self._mine, str(seconds))
            await cast("Awaitable[int]", result)

    def _key(self, name: str) -> str:
        return self._keys.own(f"claim:{name}")


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise AwayError(str(error)) from error
