"""The time by Redis' clock, which all workers have in common; those of machines differ."""

import math
import time

from redis.asyncio import Redis

from fsm.batch import Batch

STEADY = 0.03
"""Seconds by which a clock may differ from what was expected of it, and seconds that its answer
may take, while it counts as the same clock, which nobody has set."""


class Clock:
    """Tells the time by Redis' clock without asking it each time.

    Until it was set it is the machine's own.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        key: Any key of the server whose clock it is: a cluster has several.
    """

    def __init__(self, redis: Redis, batch: Batch, key: str) -> None:
        self._batch = batch
        self._key = key
        self._ask = redis.register_script("return redis.call('TIME')")
        self._ahead = time.time() - time.monotonic()
        self._steady_since = math.inf

    async def set(self) -> None:
        """Set it.

        Raises:
            RedisError: Redis is away.
        """
        asked = time.monotonic()
        seconds, microseconds = await self._batch.run(self._ask, [self._key], [])
        told, now = int(seconds) + int(microseconds) / 1e6, time.monotonic()
        if not self.is_steady(told, asked, since=now):
            self._steady_since = now if now - asked <= STEADY else math.inf
        self._ahead = told - now

    def now(self) -> float:
        """Give the seconds since 1970."""
        return time.monotonic() + self._ahead

    def is_steady(self, told: float, asked: float, since: float) -> bool:
        """Tell whether a server goes by the same clock as this one, and nobody has set that.

        Args:
            told: What the server has just told, the seconds since 1970.
            asked: When it was asked, in seconds of the monotonic clock.
            since: Since when it is to be, likewise.
        """
        is_prompt = time.monotonic() - asked <= STEADY
        return is_prompt and since >= self._steady_since and abs(told - self.now()) <= STEADY
