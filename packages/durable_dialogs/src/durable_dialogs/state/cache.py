"""The record cache: records as this worker wrote them last, so that the next press loads nothing.

A cached record may be outdated, because other workers write too and records expire. The commit
compares its version with Redis if it writes the record. Else the engine asks for the version before
anything else follows from what was read; see `UnitOfWork.is_guarded_by` and `is_current`.
"""

import time
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass

from cachetools import TTLCache

from durable_dialogs.state.keys import INLINE, stack_id_of
from durable_dialogs.state.record import Change, Record

ROOM = 16 * 1024 * 1024
"""Bytes that all entries may take, by estimate."""
LARGEST = 64 * 1024
"""Bytes of the largest record that is kept."""
LIFE = 60.0
"""Seconds that an entry is kept, and that a record is left out which another worker changes too."""
OVERHEAD = 300
"""Bytes that an entry takes beside its record's data, by estimate."""
SHARED = 10_000
"""Number of records to remember that other workers change too."""


@dataclass(frozen=True, slots=True)
class Cached:
    """A record as a commit of this worker wrote it.

    Attributes:
        key: The record's key.
        version: The version written.
        data: The data written.
        message: The id of the message that shows the record, b"" for none.
        ways: The keys by which a press finds the record: those of its contexts, or its own.
    """

    key: str
    version: bytes
    data: bytes
    message: bytes
    ways: tuple[str, ...]


class RecordCache:
    """Keeps records that this worker has just written. Bounded in bytes and in time.

    It keeps bytes, and each update parses a record of its own, so updates share no objects.

    Args:
        room: Bytes that all entries may take.
        clock: Returns seconds.
    """

    def __init__(self, room: int = ROOM, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: MutableMapping[str, Cached] = TTLCache(room, LIFE, clock, _size)
        self._shared: MutableMapping[str, bool] = TTLCache(SHARED, LIFE, clock)

    def find(self, way: str) -> Record | None:
        """Return a record by the key of one of its contexts, or by its own; None if unknown."""
        cached = self._entries.get(way)
        if cached is None:
            return None
        return Record.parse(cached.key, cached.version, cached.data, cached.message)

    def keep(self, record: Record, change: Change, version: bytes) -> None:
        """Keep a record as it was committed, if a press can find it.

        A record is left out if it is large, or if another worker has changed it lately, or if its
        message is still being sent: `bind.lua` replaces the placeholder without a new version.

        Args:
            record: The record.
            change: What the commit wrote of it.
            version: The version that the commit wrote.
        """
        if change["closed"]:
            self.drop(change["closed"])
        ways = tuple(change["intents"])
        if not ways and stack_id_of(record.key) == INLINE:
            ways = (record.key,)
        message_id = record.message_id or 0
        is_kept = 0 < len(change["data"]) <= LARGEST and record.key not in self._shared
        if not is_kept or message_id < 0:
            self.drop(ways)
            return
        data, message = change["data"].encode(), str(message_id or "").encode()
        cached = Cached(record.key, version, data, message, ways)
        for way in ways:
            self._entries[way] = cached

    def drop(self, ways: Iterable[str]) -> None:
        """Forget what is found by some keys."""
        for way in ways:
            if cached := self._entries.pop(way, None):
                self.drop(cached.ways)

    def distrust(self, record: str) -> None:
        """Keep a record no more for a while, because another worker changes it too.

        Else each press on it would first be done in vain.
        """
        self._shared[record] = True


def _size(cached: Cached) -> int:
    return len(cached.data) + OVERHEAD
