"""Which windows may show less than what stands, for whoever lives on to draw them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.batch import Batch
from fsm.clock import Clock
from fsm.crew import Crew
from fsm.keys import PREFIX, inline_message_of
from fsm.place import Place
from fsm.renderer import Renderer
from fsm.store import SCRIPTS

PERIOD = 1.0
"""Seconds between two looks."""
REST = 2.0
"""Seconds after the last change of a record when it is looked at."""
REFRESH = 5
"""Looks between two signs of life."""
SILENCE = 20.0
"""Seconds without a sign of life after which others take over."""

log = structlog.get_logger(__name__)

Redraw = Callable[[str, Place], Awaitable[None]]
"""Draws a record's window as it stands."""


@dataclass(slots=True)
class Mark:
    """A record that this process has lately changed.

    Attributes:
        place: Where its window stands.
        touched: When it was changed last, in seconds of the monotonic clock.
        moves_until: Until when its window changes by itself, in seconds since 1970.
        version: The version that this process has drawn or will draw, "" for none yet.
        entry: What was written of it last, b"" for nothing yet.
    """

    place: Place
    touched: float
    moves_until: float = 0.0
    version: str = ""
    entry: bytes = b""


class Undrawn:
    """Sees to it that every message ends with what stands, whoever dies on the way.

    A record is announced before its first commit, and taken off some time after
    the last, once its message was drawn: so a row of taps costs one command.
    Then its version is compared, too: where another worker was in between, the
    older drawing may have come later, and it is drawn again.

    A window that changes by itself, as time passes, is drawn at every look as long
    as it does, and once more after that.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        renderer: Draws in this process.
        crew: Who else draws.
    """

    def __init__(
        self, redis: Redis, batch: Batch, bot_id: int, renderer: Renderer, crew: Crew
    ) -> None:
        self._redis = redis
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:undrawn"
        self._renderer = renderer
        self._crew = crew
        self._worker = crew.worker
        self._marks: dict[str, Mark] = {}
        self._woken = asyncio.Event()
        self._take_off = redis.register_script((SCRIPTS / "take_off.lua").read_text())
        self._clock = Clock(redis, batch, self._key)

    async def announce(
        self, records: Iterable[str], place: Place, moves_until: float = 0.0
    ) -> None:
        """Note that records are about to change.

        It may be awaited beside the commit, if it is called first: both go to Redis
        together and in this order.

        Args:
            records: The records.
            place: Where their windows stand.
            moves_until: Until when they change by themselves after that, in seconds since 1970.
        """
        now = time.monotonic()
        fresh = []
        for record in records:
            if record in self._marks and not moves_until:
                self._marks[record].place, self._marks[record].touched = place, now
            else:
                fresh.append(record)
        if fresh:
            marks = {record: Mark(place, now, moves_until) for record in fresh}
            await self._write(marks)
            self._marks.update(marks)

    async def renew(self, windows: Mapping[str, Place]) -> None:
        """Have windows drawn at once, whether or not they have changed; whoever dies on the way.

        Args:
            windows: Where they stand, by their records.
        """
        for record, place in windows.items():
            mark = self._marks.setdefault(record, Mark(place, touched=0))
            mark.touched, mark.version = 0, ""
        await self._write({record: self._marks[record] for record in windows})
        self._woken.set()

    def committed(self, record: str, version: str) -> None:
        """Note the version that a record has now."""
        if record in self._marks:
            self._marks[record].version = version

    def hurry(self, record: str) -> None:
        """Have a record that was announced drawn at the next look: no update does it."""
        self._marks[record].touched = 0

    async def run(self, redraw: Redraw) -> None:
        """Draw what others have left behind: who lives no more, and later who falls silent."""
        looks = 0
        while True:
            try:
                if looks % REFRESH == 0:
                    await self._clock.set()
                    await self._write(self._marks)
                    await self._adopt(is_start=not looks)
                await self._settle(redraw)
            except RedisError as error:
                log.warning("undrawn_unreachable", error=str(error))
            else:
                looks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), PERIOD)
            self._woken.clear()

    async def close(self, within: float) -> None:
        """Take off what was drawn, in at most `within` seconds; others take the rest."""
        pending = self._renderer.pending
        drawn = {
            record: replace(mark)
            for record, mark in self._marks.items()
            # What has no version yet is still to be drawn.
            if record not in pending and not mark.moves_until and mark.version
        }
        try:
            async with asyncio.timeout(within):
                await self._remove(drawn)
                await self._write(self._marks, signed=0.0)
        except (RedisError, TimeoutError) as error:
            log.warning("undrawn_unreachable", error=str(error))

    async def _remove(self, done: Mapping[str, Mark]) -> None:
        """Take records off that were drawn, by their marks of then, unless they changed since."""
        # One that is announced anew from now on has another entry, which stays in any order.
        entries: list[str | bytes] = []
        for record, mark in done.items():
            if self._marks.get(record) == mark:
                del self._marks[record]
                entries += [self._name(record), mark.entry]
        await self._take_out(entries)

    async def _take_out(self, entries: list[str | bytes]) -> set[bytes]:
        """Take entries out that still are as given; tell which of them were."""
        if not entries:
            return set()
        return set(await self._batch.run(self._take_off, [self._key], entries))

    async def _write(self, marks: Mapping[str, Mark], signed: float | None = None) -> None:
        if marks:
            now = self._clock.now() if signed is None else signed
            entries: list[str | bytes] = []
            for record, mark in marks.items():
                dates = {"at": now, "moves_until": mark.moves_until}
                mark.entry = orjson.dumps({**asdict(mark.place), **dates})
                entries += [self._name(record), mark.entry]
            await self._batch.send("HSET", self._key, *entries)

    def _name(self, record: str) -> str:
        return f"{self._worker} {record}"

    async def _adopt(self, *, is_start: bool) -> None:
        """Take over the records of those who fell silent long ago, or live no more."""
        entries = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        # Only then, as a worker that was alone left nobody to wait for its silence.
        gone = await self._crew.gone(_parts(name)[0] for name in entries) if is_start else ()
        own: dict[str, Mark] = {}
        others: dict[str, Mark] = {}
        left: list[str | bytes] = []
        for name, raw in entries.items():
            worker, record = _parts(name)
            place = orjson.loads(raw)
            moves_until = place.pop("moves_until", 0.0)
            is_silent = place.pop("at") <= self._clock.now() - SILENCE
            mark = Mark(Place(**place), touched=0, moves_until=moves_until)
            if worker == self._worker:
                if is_silent and record not in self._marks:
                    own[record] = mark  # an answer was lost, so it knew nothing of it
            elif is_silent or worker in gone:
                left += [name, raw]
                others[record] = mark
        await self._write(own | others)
        self._marks.update(own)
        taken = {_parts(name)[1] for name in await self._take_out(left)}
        # Of several who start at once one takes each. Theirs count, where we have drawn too:
        # nobody knows whose drawing came last.
        self._marks.update({record: others[record] for record in taken})
        lost: list[str | bytes] = []
        for record in others.keys() - self._marks.keys():
            lost += [self._name(record), others[record].entry]
        await self._take_out(lost)

    async def _settle(self, redraw: Redraw) -> None:
        pending, before = self._renderer.pending, time.monotonic() - REST
        quiet = {
            record: mark
            for record, mark in self._marks.items()
            if (mark.touched < before or mark.moves_until) and record not in pending
        }
        if not quiet:
            return
        shown = [self._batch.send("HMGET", record, "version", "message") for record in quiet]
        found = await asyncio.gather(*shown, return_exceptions=True)
        done: dict[str, Mark] = {}
        failures = []
        for (record, mark), fields in zip(quiet.items(), found, strict=True):
            if isinstance(fields, BaseException):
                failures.append(fields)  # of one node of a cluster, perhaps
                continue
            version, message = cast("list[bytes | None]", fields)
            if mark.touched >= before and not mark.moves_until:
                continue  # changed again while we asked
            as_drawn = version is not None and version.decode() == mark.version
            # What is no stack, an inline message's state, is named after its message.
            is_shown = message or inline_message_of(record)
            if version is None or not is_shown or (as_drawn and not mark.moves_until):
                done[record] = replace(mark)
                continue
            if not as_drawn:
                # Another worker was here; its edit may have come last.
                self._renderer.forget(record)
            if mark.moves_until < time.time():
                mark.moves_until = 0.0
            mark.version, mark.touched = version.decode(), time.monotonic()
            await self._draw(redraw, record, mark.place)
        await self._remove(done)
        if failures:
            raise failures[0]

    async def _draw(self, redraw: Redraw, record: str, place: Place) -> None:
        try:
            await redraw(record, place)
        except RedisError:
            raise
        except Exception:
            # Of an older version of the bot, perhaps. The next press will tell.
            log.exception("redraw_failed")


def _parts(name: bytes) -> tuple[str, str]:
    """Tell whose an entry of the index is, and of which record."""
    worker, _, record = name.decode().partition(" ")
    return worker, record
