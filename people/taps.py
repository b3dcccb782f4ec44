"""Statistics: taps and counters by day. A kill may lose the taps of the last seconds."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs import Batch, BotKeys

PERIOD = 5.0
"""Seconds between two writes, so that a press costs no command of its own."""
KEPT = 2 * 24 * 60 * 60
"""Seconds that the number of counters of a day is kept."""

log = structlog.get_logger(__name__)


class Taps:
    """Counts taps and counters by day (UTC), over all workers.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        on_tap: Called for each tap that has counted.
    """

    def __init__(
        self, redis: Redis, batch: Batch, keys: BotKeys, on_tap: Callable[[], object]
    ) -> None:
        self._redis = redis
        self._batch = batch
        self._on_tap = on_tap
        self._key = keys.own("taps")
        self._taps: Counter[str] = Counter()
        self._counters: dict[str, set[str]] = {}

    def note(self, counter: str) -> None:
        """Note a tap that has counted.

        Args:
            counter: The key of its counter's record.
        """
        self._on_tap()
        today = f"{datetime.now(UTC).date()}"
        self._taps[today] += 1
        self._counters.setdefault(today, set()).add(counter)

    async def run(self) -> None:
        """Write to Redis what was noted, every `PERIOD` seconds, until cancelled."""
        while True:
            await asyncio.sleep(PERIOD)
            await self.write()

    async def close(self, within: float) -> None:
        """Write to Redis what was noted, in at most `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.write()

    async def write(self) -> None:
        """Write to Redis what was noted. If Redis is away, these taps are lost."""
        taps, self._taps = self._taps, Counter()
        counters, self._counters = self._counters, {}
        if not taps:
            return
        send = self._batch.send
        commands = [send("HINCRBY", self._key, day, count) for day, count in taps.items()]
        for day, names in counters.items():
            # A HyperLogLog: 12 kB at most, and the number is right to one percent.
            commands.append(send("PFADD", f"{self._key}:{day}", *names))
            commands.append(send("EXPIRE", f"{self._key}:{day}", KEPT))
        try:
            await asyncio.gather(*commands)
        except RedisError as error:
            log.warning("taps_not_noted", error=type(error).__name__)

    async def by_day(self) -> dict[date, int]:
        """Return the number of taps of each day (UTC).

        Raises:
            RedisError: Redis is away.
        """
        await self.write()
        reply = self._redis.hgetall(self._key)
        found = cast("dict[bytes, bytes]", await reply)
        return {date.fromisoformat(day.decode()): int(count) for day, count in found.items()}

    async def counters(self, day: date) -> int:
        """Return how many counters were tapped on a day, right to about one percent.

        Args:
            day: The day (UTC), today or yesterday; of earlier days nothing is known.

        Raises:
            RedisError: Redis is away.
        """
        await self.write()
        return int(await self._redis.pfcount(f"{self._key}:{day}"))
