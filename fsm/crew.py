"""How many workers share a bot, which each of them must know to leave the others their part."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.batch import Batch
from fsm.keys import PREFIX
from fsm.store import SCRIPTS

PERIOD = 2.0
"""Seconds between two signs of life."""
SILENCE = 10
"""Seconds without one after which a worker counts no more."""

log = structlog.get_logger(__name__)


class Crew:
    """The workers that share a bot.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.

    Attributes:
        size: How many they are, this one among them, as was last heard.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int) -> None:
        self.size = 1
        self._redis = redis
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:crew"
        self._worker = secrets.token_hex(4)
        self._sign = redis.register_script((SCRIPTS / "crew.lua").read_text())

    async def run(self, on_change: Callable[[int], object]) -> None:
        """Give signs of life until cancelled.

        Args:
            on_change: Is told the size whenever it has changed.
        """
        while True:
            try:
                size: int = await self._batch.run(self._sign, [self._key], [self._worker, SILENCE])
            except RedisError as error:
                log.warning("crew_unreachable", error=str(error))
            else:
                if size != self.size:
                    self.size = size
                    log.info("crew", size=size)
                    on_change(size)
            await asyncio.sleep(PERIOD)

    async def close(self, within: float) -> None:
        """Sign off, in at most `within` seconds; else the others find out."""
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(within):
                await self._redis.zrem(self._key, self._worker)
