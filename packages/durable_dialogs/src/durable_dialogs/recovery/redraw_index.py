"""The index of pending redraws in Redis, by the worker that draws each."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import orjson
import structlog
from redis.asyncio import Redis

from durable_dialogs.recovery.pending_redraw import PendingRedraw, StoredWindow
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.clock import Clock
from durable_dialogs.state.keys import BotKeys, inline_message_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import INLINE_TARGET

PAGE = 500
"""Entries that are read, written or looked up at once, so that the event loop never stalls."""

log = structlog.get_logger(__name__)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the index.

    Attributes:
        name: The entry's name: the worker, a space, and the record.
        raw: The entry's value.
    """

    name: bytes
    raw: bytes

    @property
    def worker(self) -> str:
        """The worker's name."""
        return self.name.partition(b" ")[0].decode()

    @property
    def record(self) -> str:
        """The record."""
        return self.name.partition(b" ")[2].decode()

    @property
    def written_at(self) -> float:
        """When the worker wrote the entry, by Redis' clock."""
        return float(self._content["at"])

    @property
    def is_readable(self) -> bool:
        """Whether this version can read the entry; a later one may have written it."""
        try:
            _ = self.written_at, self.redraw
        except (ValueError, TypeError, KeyError):
            return False
        return True

    @property
    def redraw(self) -> PendingRedraw:
        """The pending redraw."""
        content = self._content
        animated_until = content.pop("moves_until", 0.0)
        del content["at"]
        return PendingRedraw.owed(Location(**content), animated_until)

    @property
    def _content(self) -> dict[str, Any]:
        return cast("dict[str, Any]", orjson.loads(self.raw))


class RedrawIndex:
    """Writes a worker's pending redraws to Redis, and reads those of all workers.

    All methods raise `redis.exceptions.RedisError` if Redis can't be used.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        worker: This worker's name, without a space.

    Attributes:
        clock: The clock of entries and animations.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, worker: str) -> None:
        self._redis = redis
        self._batch = batch
        # The key, and the fields of an entry below, keep their names of earlier versions.
        self._key = keys.own("undrawn")
        self._worker = worker
        self._take_off = redis.register_script(Path(__file__).with_name("take_off.lua").read_text())
        self.clock = Clock(redis, batch, self._key)

    async def write(self, redraws: Mapping[str, PendingRedraw]) -> None:
        """Write pending redraws to the index, by record."""
        if not redraws:
            return
        now = self.clock.now()
        entries: list[str | bytes] = []
        for record, redraw in redraws.items():
            dates = {"at": now, "moves_until": redraw.animated_until}
            redraw.entry = orjson.dumps({**asdict(redraw.location), **dates})
            entries += [self._name(record), redraw.entry]
        await self._batch.send("HSET", self._key, *entries)

    async def pages(self) -> AsyncIterator[list[Entry]]:
        """Yield the entries of all workers, some at a time; perhaps the same entry twice.

        Entries that can't be read stay in the index, for the version that has written them.
        """
        cursor = 0
        while True:
            cursor, page = await self._batch.send("HSCAN", self._key, cursor, "COUNT", PAGE)
            entries = [Entry(name, raw) for name, raw in page.items()]
            readable = [entry for entry in entries if entry.is_readable]
            if unread := len(entries) - len(readable):
                log.warning("pending_redraws_unreadable", count=unread)
            yield readable
            if cursor == 0:
                return

    async def stored_windows(self, records: Iterable[str]) -> dict[str, StoredWindow | None]:
        """Look up what Redis holds of some records.

        Returns:
            The window of each record, None if there is no record. Records that can't be read are
            missing.
        """
        records = list(records)
        asked = [self._batch.send("HMGET", record, "version", "message") for record in records]
        found: dict[str, StoredWindow | None] = {}
        failures = []
        for record, fields in zip(
            records, await asyncio.gather(*asked, return_exceptions=True), strict=True
        ):
            if isinstance(fields, BaseException):
                failures.append(fields)  # perhaps of one node of a cluster
                continue
            version, message = cast("list[bytes | None]", fields)
            # The record of an inline message has no message field, because its key names it.
            inline = INLINE_TARGET if inline_message_of(record) else None
            message_id = int(message) if message else inline
            found[record] = StoredWindow(version.decode(), message_id) if version else None
        if failures:
            log.warning("pending_redraws_unavailable", error=str(failures[0]))
        return found

    async def take_off(self, redraws: Mapping[str, PendingRedraw]) -> None:
        """Remove this worker's entries, except those that were written again since."""
        await self._take([(self._name(record), redraw.entry) for record, redraw in redraws.items()])

    async def take_from(self, entries: Iterable[Entry]) -> set[str]:
        """Remove entries of other workers; return the records of those that were still there."""
        taken = await self._take([(entry.name, entry.raw) for entry in entries])
        return {name.partition(b" ")[2].decode() for name in taken}

    async def _take(self, pairs: list[tuple[str | bytes, bytes]]) -> list[bytes]:
        taken: list[bytes] = []
        for page in in_pages(pairs):
            arguments = [part for pair in page for part in pair]
            taken += await self._batch.run(self._take_off, [self._key], arguments)
        return taken

    def _name(self, record: str) -> str:
        return f"{self._worker} {record}"


def in_pages(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Split items into pages of at most `PAGE`."""
    for start in range(0, len(items), PAGE):
        yield items[start : start + PAGE]
