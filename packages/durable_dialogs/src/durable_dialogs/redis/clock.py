"""The time by Redis' clock, which all workers share, while the clocks of their machines differ."""

import time

from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch


class Clock:
    """Tells the time by Redis' clock without asking Redis each time.

    Before the first `set` it tells the machine's own time.

    Args:
        redis: The connection, with `decode_responses` off.
        batch: Sends commands to the same Redis.
        key: Any key of the server whose clock to use, because a cluster has several.
    """

    def __init__(self, redis: Redis, batch: Batch, key: str) -> None:
        self._batch = batch
        self._key = key
        self._ask = redis.register_script("return redis.call('TIME')")
        self._ahead = time.time() - time.monotonic()

    async def set(self) -> None:
        """Read Redis' clock.

        Raises:
            RedisError: Redis is away.
        """
        seconds, microseconds = await self._batch.run(self._ask, [self._key], [])
        self._ahead = int(seconds) + int(microseconds) / 1e6 - time.monotonic()

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.monotonic() + self._ahead
