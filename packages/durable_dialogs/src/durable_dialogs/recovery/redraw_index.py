"""The list in Redis of the windows that may not have been drawn, by the worker who draws them."""

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
from durable_dialogs.state.keys import PREFIX, inline_message_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import INLINE_TARGET

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PendingRedraw:
    """A record that a worker has lately changed.

    Attributes:
        place: Where its window stands.
        touched: When it was changed last, in seconds of the monotonic clock.
        moves_until: Until when its window changes by itself, by Redis' clock.
        version: The version that this process has drawn or will draw, "" for none yet.
        entry: What was written of it last, b"" for nothing yet.
        patient_until: Until when another worker is left to draw it, by the monotonic clock.
        is_timeless: Whether windows of one version are alike, so that who draws a later
            one draws all that is new.
        is_renewed: Whether the window is to be drawn again though its version stays.
        tries: How often that has failed.
    """

    place: Location
    touched: float
    moves_until: float = 0.0
    version: str = ""
    entry: bytes = b""
    patient_until: float = 0.0
    is_timeless: bool = True
    is_renewed: bool = False
    tries: int = 0

    def touch(self, now: float) -> None:
        """Note that the window is changed, or is to be drawn in any case."""
        self.touched, self.version, self.patient_until, self.tries = now, "", 0.0, 0

    def shows(self, standing: "Standing") -> bool:
        """Tell whether what stands was drawn by this process, and stays as it is."""
        is_as_drawn = not (self.moves_until or self.is_renewed)
        return is_as_drawn and self.version == standing.version


class Standing(NamedTuple):
    """What is to be seen of a record.

    Attributes:
        version: Its version.
        message_id: The message that is to show it; below 0 it is still to be sent.
    """

    version: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What is listed of a record.

    Attributes:
        name: What it is listed by: the worker, a space, and the record.
        raw: What is written there.
        worker: The worker's name.
        record: The record.
        signed: When the worker gave its last sign of life, by Redis' clock; 0 if it has ended.
        mark: The mark that was written.
    """

    name: bytes
    raw: bytes
    worker: str
    record: str
    signed: float
    mark: PendingRedraw


class RedrawIndex:
    """Writes a worker's marks down, and reads those of all.

    All methods raise `redis.exceptions.RedisError` where Redis can't be used.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        worker: This worker's name, without a space.

    Attributes:
        clock: The clock of the marks and of signs of life.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int, worker: str) -> None:
        self._redis = redis
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:undrawn"
        self._worker = worker
        self._take_off = redis.register_script(Path(__file__).with_name("take_off.lua").read_text())
        self.clock = Clock(redis, batch, self._key)

    async def write(self, marks: Mapping[str, PendingRedraw], *, has_ended: bool = False) -> None:
        """Write marks down, which is a sign of life.

        Args:
            marks: The marks, by their records.
            has_ended: Whether it is the last one: whoever comes next takes them over.
        """
        if not marks:
            return
        now = 0.0 if has_ended else self.clock.now()
        entries: list[str | bytes] = []
        for record, mark in marks.items():
            dates = {"at": now, "moves_until": mark.moves_until}
            mark.entry = orjson.dumps({**asdict(mark.place), **dates})
            entries += [self._name(record), mark.entry]
        await self._batch.send("HSET", self._key, *entries)

    async def read(self) -> list[Entry]:
        """Give what is listed, by any worker."""
        listed = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        return [_entry(name, raw) for name, raw in listed.items()]

    async def standing(self, records: Iterable[str]) -> dict[str, Standing | None]:
        """Tell what is to be seen of records.

        Returns:
            That of each, None for nothing; those that can't be read are missing.
        """
        records = list(records)
        asked = [self._batch.put("HMGET", record, "version", "message") for record in records]
        found: dict[str, Standing | None] = {}
        failures = []
        for record, fields in zip(
            records, await asyncio.gather(*asked, return_exceptions=True), strict=True
        ):
            if isinstance(fields, BaseException):
                failures.append(fields)  # of one node of a cluster, perhaps
                continue
            version, message = cast("list[bytes | None]", fields)
            # What is no stack, an inline message's state, is named after its message.
            is_shown = message or inline_message_of(record)
            found[record] = (
                Standing(version.decode(), int(message or INLINE_TARGET))
                if version and is_shown
                else None
            )
        if failures:
            log.warning("undrawn_unreachable", error=str(failures[0]))
        return found

    async def take_off(self, marks: Mapping[str, PendingRedraw]) -> None:
        """Take own marks off, those that still stand as they were written."""
        await self._take([(self._name(record), mark.entry) for record, mark in marks.items()])

    async def take_from(self, entries: Iterable[Entry]) -> set[str]:
        """Take others' entries off; give the records of those that nobody took before."""
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
    signed, moves_until = written.pop("at"), written.pop("moves_until", 0.0)
    mark = PendingRedraw(
        Location(**written), touched=0, moves_until=moves_until, is_timeless=not moves_until
    )
    return Entry(name, raw, worker, record, signed, mark)


def _parts(name: bytes) -> tuple[str, str]:
    worker, _, record = name.decode().partition(" ")
    return worker, record
