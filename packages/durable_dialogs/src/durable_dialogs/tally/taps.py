"""How much is counted: taps and counters by day. For statistics alone: a kill may lose some."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import PREFIX
from durable_dialogs.telemetry import telemetry

PERIOD = 5.0
"""Seconds that taps wait to be written: so a press costs no command more."""
KEPT = 2 * 24 * 60 * 60
"""Seconds that the counters of a day are known."""

log = structlog.get_logger(__name__)


class Taps:
    """Knows how many taps counted on which day, over all workers.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int) -> None:
        self._redis = redis
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:taps"
        self._taps: Counter[str] = Counter()
        self._counters: dict[str, set[str]] = {}

    def note(self, counter: str) -> None:
        """Note a tap that has counted.

        Args:
            counter: The record of its counter.
        """
        telemetry.tap_counted()
        today = f"{datetime.now(UTC).date()}"
        self._taps[today] += 1
        self._counters.setdefault(today, set()).add(counter)

    async def run(self) -> None:
        """Write down what was noted, every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(PERIOD)
            await self.write()

    async def close(self, within: float) -> None:
        """Write down what was noted, in at most `within` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.write()

    async def write(self) -> None:
        """Write down what was noted."""
        taps, self._taps = self._taps, Counter()
        counters, self._counters = self._counters, {}
        if not taps:
            return
        send = self._batch.send
        jobs = [send("HINCRBY", self._key, day, count) for day, count in taps.items()]
        for day, names in counters.items():
            # Of their names Redis keeps 12 kB at most, and their number to a hundredth.
            jobs.append(send("PFADD", f"{self._key}:{day}", *names))
            jobs.append(send("EXPIRE", f"{self._key}:{day}", KEPT))
        try:
            await asyncio.gather(*jobs)
        except RedisError as error:
            log.warning("taps_not_noted", error=type(error).__name__)

    async def by_day(self) -> dict[date, int]:
        """Give the taps of each day, in UTC.

        Raises:
            RedisError: Redis is away.
        """
        await self.write()
        read = self._redis.hgetall(self._key)
        found = cast("dict[bytes, bytes]", await read)
        return {date.fromisoformat(day.decode()): int(count) for day, count in found.items()}

    async def counters(self, day: date) -> int:
        """Tell how many counters were tapped on a day, of the last two; about one in a hundred off.

        Raises:
            RedisError: Redis is away.
        """
        await self.write()
        return int(await self._redis.pfcount(f"{self._key}:{day}"))
