"""The time by Redis' clock, which all workers have in common; those of machines differ."""

import time

from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch


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

    async def set(self) -> None:
        """Set it.

        Raises:
            RedisError: Redis is away.
        """
        seconds, microseconds = await self._batch.run(self._ask, [self._key], [])
        self._ahead = int(seconds) + int(microseconds) / 1e6 - time.monotonic()

    def now(self) -> float:
        """Give the seconds since 1970."""
        return time.monotonic() + self._ahead
