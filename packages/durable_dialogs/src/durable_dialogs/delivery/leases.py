"""What may be done once, by whoever comes first."""

import secrets
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.state.keys import PREFIX
from durable_dialogs.state.store import AwayError

HOLD = 30
"""Seconds that whoever has claimed something has to do it; then it is free again."""


class Lease(StrEnum):
    """What claiming something comes to."""

    MINE = "mine"
    BUSY = "busy"
    DONE = "done"


class Leases:
    """Knows what was done, and what somebody is about to do.

    Whose claim has run out holds or releases nothing that another has claimed since.
    Every method raises `AwayError` where Redis can't be used.

    Args:
        redis: The connection, giving bytes.
        bot_id: The bot's id.
        memory: Seconds that something done is remembered.
    """

    def __init__(self, redis: Redis, bot_id: int, memory: int) -> None:
        self._redis = redis
        self._bot_id = bot_id
        self._memory = memory
        self._mine = f"{Lease.BUSY} {secrets.token_hex(8)}"
        self._script = Path(__file__).with_name("keep.lua").read_text()

    async def claim(self, name: str) -> Lease:
        """Claim something; whose it is does it and then settles or releases it.

        Returns:
            Whether it is the caller's, somebody else's at the moment, or done.
        """
        with _watched():
            if await self._redis.set(self._key(name), self._mine, nx=True, ex=HOLD):
                return Lease.MINE
            found = await self._redis.get(self._key(name))
        return Lease.DONE if found == Lease.DONE.encode() else Lease.BUSY

    async def hold(self, name: str) -> None:
        """Go on holding what was claimed, for as long as from a claim on."""
        await self._keep(name, HOLD)

    async def settle(self, name: str) -> None:
        """Note that it is done."""
        with _watched():
            await self._redis.set(self._key(name), Lease.DONE, ex=self._memory)

    async def release(self, name: str) -> None:
        """Let others claim it at once, as it was not done."""
        await self._keep(name, 0)

    async def _keep(self, name: str, seconds: int) -> None:
        with _watched():
            asked = self._redis.eval(self._script, 1, self._key(name), self._mine, str(seconds))
            await cast("Awaitable[int]", asked)

    def _key(self, name: str) -> str:
        return f"{PREFIX}:{{{self._bot_id}}}:claim:{name}"


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise AwayError(str(error)) from error
