"""The windows that a person has open, in all chats."""

import asyncio
import math
import time
from collections.abc import Awaitable, Iterable, MutableMapping
from typing import cast

import structlog
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys, inline_message_of, location_of_record
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record

REMEMBERED = 10_000
"""Windows that a process remembers as noted at most."""

DAY = 24 * 60 * 60
"""Seconds after which a window that is still in use is noted again."""

log = structlog.get_logger(__name__)


class OpenWindows:
    """Remembers the windows that still have buttons, by the person who opened them.

    A window is noted before the commit that opens it, and removed after the commit that closes
    it. A window too many does no harm. A press in between costs no command.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        ttl: Seconds that an unused window lives.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, ttl: int) -> None:
        self._redis = redis
        self._batch = batch
        self._keys = keys
        self._ttl = ttl + DAY
        self._noted: MutableMapping[str, float] = LRUCache(REMEMBERED)

    def unnoted(self, records: Iterable[Record]) -> list[Record]:
        """Return the records with an owner that were not noted lately."""
        due = time.monotonic() - DAY
        return [
            record
            for record in records
            if record.owner is not None and self._noted.get(record.key, -math.inf) < due
        ]

    async def note(self, records: Iterable[Record], location: Location) -> None:
        """Note windows that are being opened, or are still in use.

        The caller may await this together with the commit, like `PendingRedraws.announce`.

        Args:
            records: Their records, which must have owners.
            location: Where the windows are.
        """
        records, shown = list(records), f"{location.chat_type} {location.language or ''}"
        sent = []
        for record in records:
            key = self._key(cast("int", record.owner))
            sent.append(self._batch.send("HSET", key, record.key, shown))
            sent.append(self._batch.send("EXPIRE", key, self._ttl))
        await asyncio.gather(*sent)
        self._noted.update({record.key: time.monotonic() for record in records})

    async def close(self, records: Iterable[Record]) -> None:
        """Forget windows that have no buttons any more."""
        for record in records:
            if record.owner is None:
                continue
            self._noted.pop(record.key, None)
            try:
                await self._batch.send("HDEL", self._key(record.owner), record.key)
            except RedisError as error:
                log.warning("window_not_closed", error=str(error))

    async def of(self, user_id: int) -> dict[str, Location]:
        """Return where a person's open windows are, by their records."""
        noted = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key(user_id)))
        asked = [self._batch.send("EXISTS", name.decode()) for name in noted]
        windows, ended = {}, []
        for (name, shown), lives in zip(noted.items(), await asyncio.gather(*asked), strict=True):
            if lives:
                windows[name.decode()] = _location(name.decode(), shown.decode(), user_id)
            else:
                ended.append(name)
        if ended:
            await self._redis.hdel(self._key(user_id), *ended)
        return windows

    def _key(self, user_id: int) -> str:
        return f"{self._keys.chat(user_id).tag}:windows"


def _location(record: str, shown: str, user_id: int) -> Location:
    # The value is short, because Redis holds one for each open window. The key tells the rest.
    chat_type, _, language = shown.partition(" ")
    chat, thread_id = location_of_record(record)
    chat_id = user_id if inline_message_of(record) else int(chat)
    return Location(chat_id, chat_type, thread_id, user_id, language or None)
