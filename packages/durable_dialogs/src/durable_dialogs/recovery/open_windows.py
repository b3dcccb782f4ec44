"""The windows that a person has open, in all chats."""

import asyncio
import time
from collections.abc import Awaitable, Iterable, Mapping
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys, inline_message_of, location_of_record
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record
from durable_dialogs.tasks import start

DAY = 24 * 60 * 60
"""Seconds after which a window that is still in use is noted again."""

MANY = 64
"""Each time that so many windows of a person were added, expired ones are removed."""

SETTLED = 10.0
"""Seconds after which the commit that opens a noted window has surely been made, or never will."""

log = structlog.get_logger(__name__)


class OpenWindows:
    """Remembers the windows that still have buttons, by the person who opened them.

    A window is noted before the commit that opens it, and removed after the commit that closes
    it. A window too many does no harm. The record says whether it is noted, so a press in between
    costs no command, and each worker knows what the others have done.

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

    def mark(self, records: Iterable[Record], has_buttons: Mapping[str, bool]) -> list[Record]:
        """Mark in records that are about to be committed whether their windows are noted.

        Args:
            records: The records.
            has_buttons: Whether their windows have buttons, for records that are drawn.

        Returns:
            The records to note, because they were not noted today.
        """
        today, unnoted = int(time.time() // DAY), []
        for record in records:
            if has_buttons.get(record.key) is False:
                record.noted_on = None
            elif has_buttons.get(record.key) and record.owner is not None:
                if record.noted_on != today:
                    unnoted.append(record)
                record.noted_on = today
        return unnoted

    async def note(self, records: Iterable[Record], location: Location) -> None:
        """Note windows that are being opened, or are still in use.

        The caller may await this together with the commit, like `PendingRedraws.announce`.

        Args:
            records: Their records, which must have owners.
            location: Where the windows are.
        """
        shown = f"{location.chat_type} {location.language or ''}"
        await asyncio.gather(*(self._note(record, shown) for record in records))

    async def _note(self, record: Record, shown: str) -> None:
        owner = cast("int", record.owner)
        key = self._key(owner)
        added, size, _ = await asyncio.gather(
            self._batch.send("HSET", key, record.key, shown),
            self._batch.send("HLEN", key),
            self._batch.send("EXPIRE", key, self._ttl),
        )
        if added and size % MANY == 0:
            start(self._prune(owner))

    async def close(self, records: Iterable[Record]) -> None:
        """Forget windows that have no buttons any more."""
        for record in records:
            if record.owner is None:
                continue
            try:
                await self._batch.send("HDEL", self._key(record.owner), record.key)
            except RedisError as error:
                log.warning("window_not_closed", error=str(error))

    async def of(self, user_id: int) -> dict[str, Location]:
        """Return where a person's open windows are, by their records."""
        return await self._living(user_id, await self._noted(user_id))

    async def _prune(self, user_id: int) -> None:
        """Remove a person's windows that have expired."""
        try:
            noted = await self._noted(user_id)
            await asyncio.sleep(SETTLED)
            await self._living(user_id, noted)
        except RedisError as error:
            log.warning("window_not_closed", error=str(error))

    async def _noted(self, user_id: int) -> dict[bytes, bytes]:
        noted = self._redis.hgetall(self._key(user_id))
        return await cast("Awaitable[dict[bytes, bytes]]", noted)

    async def _living(self, user_id: int, noted: Mapping[bytes, bytes]) -> dict[str, Location]:
        """Return where noted windows are that still exist; remove the others."""
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
