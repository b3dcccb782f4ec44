"""Which windows a person has open, in whichever chats."""

import asyncio
import time
from collections.abc import Awaitable, Iterable, MutableMapping
from dataclasses import asdict
from typing import cast

import orjson
from cachetools import LRUCache
from redis.asyncio import Redis

from fsm.batch import Batch
from fsm.keys import ChatKeys
from fsm.place import Place
from fsm.store import Record

REMEMBERED = 10_000
"""Windows of which a process remembers that they were noted."""
DAY = 24 * 60 * 60
"""Seconds after which a window that is still in use is noted again."""


class Windows:
    """Remembers the windows that can still be pressed, by who has opened them.

    They are noted before the commit that opens them, and taken off after the one that
    closes them; a window too many does no harm. Between the two a press costs nothing.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        ttl: Seconds that a window lives untouched.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int, ttl: int) -> None:
        self._redis = redis
        self._batch = batch
        self._bot_id = bot_id
        self._ttl = ttl + DAY
        self._noted: MutableMapping[str, float] = LRUCache(REMEMBERED)

    async def note(self, records: Iterable[Record], place: Place) -> None:
        """Note windows that are being opened, or were lately used.

        Args:
            records: Their records.
            place: Where they stand.
        """
        now = time.monotonic()
        for record in records:
            if record.owner is None or self._noted.get(record.key, -DAY) > now - DAY:
                continue
            shown = orjson.dumps({**asdict(place), "user_id": record.owner})
            key = self._key(record.owner)
            # Together, so that the commit beside it goes in the same batch.
            await asyncio.gather(
                self._batch.send("HSET", key, record.key, shown),
                self._batch.send("EXPIRE", key, self._ttl),
            )
            self._noted[record.key] = now

    async def close(self, records: Iterable[Record]) -> None:
        """Take windows off that can't be pressed any more."""
        for record in records:
            if record.owner is not None:
                self._noted.pop(record.key, None)
                await self._batch.send("HDEL", self._key(record.owner), record.key)

    async def of(self, user_id: int) -> dict[str, Place]:
        """Give the windows that a person has open: where they stand, by their records."""
        noted = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key(user_id)))
        pipeline = self._redis.pipeline(transaction=False)
        for name in noted:
            pipeline.exists(name)
        windows, ended = {}, []
        for (name, place), lives in zip(noted.items(), await pipeline.execute(), strict=True):
            if lives:
                windows[name.decode()] = Place(**orjson.loads(place))
            else:
                ended.append(name)
        if ended:
            await self._redis.hdel(self._key(user_id), *ended)
        return windows

    def _key(self, user_id: int) -> str:
        return f"{ChatKeys(self._bot_id, user_id).tag}:windows"
