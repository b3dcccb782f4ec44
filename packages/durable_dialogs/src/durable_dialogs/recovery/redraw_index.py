"""The index of pending redraws in Redis, by the worker that draws each."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, cast

import orjson
import structlog
from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.clock import Clock
from durable_dialogs.state.keys import BotKeys, inline_message_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import INLINE_TARGET

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PendingRedraw:
    """A window whose message may be behind, because a worker has changed its record.

    Attributes:
        location: Where the window is.
        changed_at: When the record last changed, in seconds of the monotonic clock.
        animated_until: Until when the window changes by itself, by Redis' clock; 0 for never.
        version: The version that this process has drawn or will draw, "" for none yet.
        entry: What was last written to the index, b"" for nothing yet.
        not_before: Before when the window is not checked again, by the monotonic clock.
        is_version_enough: Whether two windows of one version are the same, so that a worker that
            draws a later version draws everything new.
        is_forced: Whether the window must be drawn again although its version stays the same.
        failures: How many times its handlers have failed.
        delays: How many times in a row it was put off, for any reason.
        unreachable_since: Since when Telegram can't be reached for it, by the monotonic clock.
    """

    location: Location
    changed_at: float
    animated_until: float = 0.0
    version: str = ""
    entry: bytes = b""
    not_before: float = 0.0
    is_version_enough: bool = True
    is_forced: bool = False
    failures: int = 0
    delays: int = 0
    unreachable_since: float | None = None

    def touch(self, now: float) -> None:
        """Note that the record changes at `now`, or that the window must be drawn anyway."""
        self.changed_at, self.version, self.not_before = now, "", 0.0
        self.failures, self.delays, self.unreachable_since = 0, 0, None

    def is_drawn(self, stored: "StoredWindow") -> bool:
        """Tell whether this process has drawn the stored version, and no redraw is due."""
        is_final = not (self.animated_until or self.is_forced)
        return is_final and self.version == stored.version


class StoredWindow(NamedTuple):
    """What Redis holds of a record that has a window.

    Attributes:
        version: The record's version.
        message_id: The message that should show it, a placeholder below 0 if it is not sent yet.
    """

    version: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the index.

    Attributes:
        name: The entry's name: the worker, a space, and the record.
        raw: The entry's value.
        worker: The worker's name.
        record: The record.
        signed: When the worker last gave a sign of life, by Redis' clock; 0 if it has ended.
        redraw: The pending redraw.
    """

    name: bytes
    raw: bytes
    worker: str
    record: str
    signed: float
    redraw: PendingRedraw


class RedrawIndex:
    """Writes a worker's pending redraws to Redis, and reads those of all workers.

    All methods raise `redis.exceptions.RedisError` if Redis can't be used.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        worker: This worker's name, without a space.

    Attributes:
        clock: The clock of signs of life and animations.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, worker: str) -> None:
        self._redis = redis
        self._batch = batch
        # The key, and the fields of an entry below, keep their names of earlier versions.
        self._key = keys.own("undrawn")
        self._worker = worker
        self._take_off = redis.register_script(Path(__file__).with_name("take_off.lua").read_text())
        self.clock = Clock(redis, batch, self._key)

    async def write(self, redraws: Mapping[str, PendingRedraw], *, has_ended: bool = False) -> None:
        """Write pending redraws to the index, which is a sign of life, too.

        Args:
            redraws: The pending redraws, by record.
            has_ended: Whether this worker ends, so that the next one takes them over at once.
        """
        if not redraws:
            return
        now = 0.0 if has_ended else self.clock.now()
        entries: list[str | bytes] = []
        for record, redraw in redraws.items():
            dates = {"at": now, "moves_until": redraw.animated_until}
            redraw.entry = orjson.dumps({**asdict(redraw.location), **dates})
            entries += [self._name(record), redraw.entry]
        await self._batch.send("HSET", self._key, *entries)

    async def read(self) -> list[Entry]:
        """Return the entries of all workers."""
        listed = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        return [_entry(name, raw) for name, raw in listed.items()]

    async def stored_windows(self, records: Iterable[str]) -> dict[str, StoredWindow | None]:
        """Look up what Redis holds of some records.

        Returns:
            The window of each record, None if it has none. Records that can't be read are missing.
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
            has_window = message or inline_message_of(record)
            found[record] = (
                StoredWindow(version.decode(), int(message or INLINE_TARGET))
                if version and has_window
                else None
            )
        if failures:
            log.warning("pending_redraws_unavailable", error=str(failures[0]))
        return found

    async def take_off(self, redraws: Mapping[str, PendingRedraw]) -> None:
        """Remove this worker's entries, except those that were written again since."""
        await self._take([(self._name(record), redraw.entry) for record, redraw in redraws.items()])

    async def take_from(self, entries: Iterable[Entry]) -> set[str]:
        """Remove entries of other workers; return the records of those that were still there."""
        taken = await self._take([(entry.name, entry.raw) for entry in entries])
        return {_parts(name)[1] for name in taken}

    async def _take(self, pairs: list[tuple[str | bytes, bytes]]) -> list[bytes]:
        if not pairs:
            return []
        arguments = [part for pair in pairs for part in pair]
        taken: list[bytes] = await self._batch.run(self._take_off, [self._key], arguments)
        return taken

    def _name(self, record: str) -> str:
        return f"{self._worker} {record}"


def _entry(name: bytes, raw: bytes) -> Entry:
    worker, record = _parts(name)
    written = orjson.loads(raw)
    signed, animated_until = written.pop("at"), written.pop("moves_until", 0.0)
    redraw = PendingRedraw(
        Location(**written),
        changed_at=0,
        animated_until=animated_until,
        is_version_enough=not animated_until,
    )
    return Entry(name, raw, worker, record, signed, redraw)


def _parts(name: bytes) -> tuple[str, str]:
    worker, _, record = name.decode().partition(" ")
    return worker, record
