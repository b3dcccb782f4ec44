"""What may be done once, by whoever comes first."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.keys import PREFIX
from fsm.store import AwayError

HOLD = 30
"""Seconds that whoever has claimed something has to do it; then it is free again."""


class Claim(StrEnum):
    """What claiming something comes to."""

    MINE = "mine"
    BUSY = "busy"
    DONE = "done"


class Claims:
    """Knows what was done, and what somebody is about to do.

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

    async def claim(self, name: str) -> Claim:
        """Claim something; whose it is does it and then settles or releases it.

        Returns:
            Whether it is the caller's, somebody else's at the moment, or done.
        """
        with _watched():
            if await self._redis.set(self._key(name), Claim.BUSY, nx=True, ex=HOLD):
                return Claim.MINE
            found = await self._redis.get(self._key(name))
        return Claim.DONE if found == Claim.DONE.encode() else Claim.BUSY

    async def hold(self, name: str) -> None:
        """Go on holding what was claimed, for as long as from a claim on."""
        with _watched():
            await self._redis.set(self._key(name), Claim.BUSY, ex=HOLD)

    async def settle(self, name: str) -> None:
        """Note that it is done."""
        with _watched():
            await self._redis.set(self._key(name), Claim.DONE, ex=self._memory)

    async def release(self, name: str) -> None:
        """Let others claim it at once, as it was not done."""
        with _watched():
            await self._redis.delete(self._key(name))

    def _key(self, name: str) -> str:
        return f"{PREFIX}:{{{self._bot_id}}}:claim:{name}"


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise AwayError(str(error)) from error
