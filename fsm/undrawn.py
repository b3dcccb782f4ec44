"""Which windows may show less than what stands, for whoever lives on to draw them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.batch import Batch
from fsm.crew import Crew
from fsm.keys import inline_message_of
from fsm.outcome import INLINE_TARGET
from fsm.place import Place
from fsm.renderer import Renderer
from fsm.store import AwayError
from fsm.undrawn_index import Entry, Mark, UndrawnIndex

PERIOD = 1.0
"""Seconds between two looks."""
REST = 2.0
"""Seconds after the last change of a record when it is looked at."""
REFRESH = 5.0
"""Seconds between two signs of life."""
SILENCE = 20.0
"""Seconds without a sign of life after which others take over."""
AT_ONCE = 20
"""Windows that are drawn again at a time, as each may wait for its chat's turn."""

log = structlog.get_logger(__name__)

Redraw = Callable[[str, Place], Awaitable[None]]
"""Draws a record's window as it stands."""
Stale = tuple[str, Mark, str, int]
"""A record whose window is to be drawn again, its mark, its version, and its message."""


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
        self._batch = batch
        self._renderer = renderer
        self._crew = crew
        self._index = UndrawnIndex(redis, batch, bot_id, crew.worker)
        self._clock = self._index.clock
        self._marks: dict[str, Mark] = {}
        self._redrawing: set[str] = set()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._woken = asyncio.Event()

    def touch(self, records: Iterable[str], place: Place) -> list[str]:
        """Note that records change again; give those that are still to be announced.

        Args:
            records: The records.
            place: Where their windows stand.
        """
        unknown = []
        for record in records:
            if mark := self._marks.get(record):
                mark.place, mark.touched = place, time.monotonic()
            else:
                unknown.append(record)
        return unknown

    async def announce(self, records: Iterable[str], place: Place, moves_for: float = 0.0) -> None:
        """Note that records are about to change that were not announced yet, or will move.

        It may be awaited beside the commit, if it is called first: both go to Redis
        together and in this order.

        Args:
            records: The records.
            place: Where their windows stand.
            moves_for: Seconds for which they change by themselves after that.
        """
        moves_until = self._clock.now() + moves_for if moves_for else 0.0
        now = time.monotonic()
        marks = {record: Mark(place, now, moves_until) for record in records}
        await self._index.write(marks)
        self._marks.update(marks)

    async def renew(self, windows: Mapping[str, Place]) -> None:
        """Have windows drawn at once, whether or not they have changed; whoever dies on the way.

        Args:
            windows: Where they stand, by their records.
        """
        for record, place in windows.items():
            mark = self._marks.setdefault(record, Mark(place, touched=0))
            mark.touched, mark.version = 0, ""
        await self._index.write({record: self._marks[record] for record in windows})
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
        async with asyncio.TaskGroup() as jobs:
            # Apart, as windows that take long must not look like a worker that is gone.
            jobs.create_task(self._keep())
            await self._look(redraw, jobs)

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
                await self._index.write(self._marks, has_ended=True)
        except (RedisError, TimeoutError) as error:
            log.warning("undrawn_unreachable", error=str(error))

    async def _remove(self, done: Mapping[str, Mark]) -> None:
        """Take records off that were drawn, by their marks of then, unless they changed since."""
        # One that is announced anew from now on has another entry, which stays in any order.
        same = {record: mark for record, mark in done.items() if self._marks.get(record) == mark}
        for record in same:
            del self._marks[record]
        await self._index.take_off(same)

    async def _keep(self) -> None:
        """Give signs of life, and take over from those who give none."""
        is_start = True
        while True:
            try:
                await self._clock.set()
                await self._index.write(self._marks)
                await self._adopt(is_start=is_start)
            except RedisError as error:
                log.warning("undrawn_unreachable", error=str(error))
                await asyncio.sleep(PERIOD)
            else:
                is_start = False
                self._woken.set()
                await asyncio.sleep(REFRESH)

    async def _adopt(self, *, is_start: bool) -> None:
        """Take over the records of those who fell silent long ago, or live no more."""
        entries = await self._index.read()
        # Only then, as a worker that was alone left nobody to wait for its silence.
        gone = await self._crew.gone(entry.worker for entry in entries) if is_start else ()
        own: dict[str, Mark] = {}
        left: list[Entry] = []
        for entry in entries:
            is_silent = entry.signed <= self._clock.now() - SILENCE
            if entry.worker != self._crew.worker:
                if is_silent or entry.worker in gone:
                    left.append(entry)
            elif is_silent and entry.record not in self._marks:
                own[entry.record] = entry.mark  # an answer was lost, so it knew nothing of it
        others = {entry.record: entry.mark for entry in left}
        await self._index.write(own | others)
        self._marks.update(own)
        taken = await self._index.take_from(left)
        # Of several who start at once one takes each. Theirs count, where we have drawn too:
        # nobody knows whose drawing came last.
        self._marks.update({record: others[record] for record in taken})
        lost = others.keys() - self._marks.keys()
        await self._index.take_off({record: others[record] for record in lost})

    async def _look(self, redraw: Redraw, jobs: asyncio.TaskGroup) -> None:
        """Look again and again which windows are drawn, and have the others drawn again."""
        while True:
            try:
                for stale in await self._settle():
                    self._redrawing.add(stale[0])
                    jobs.create_task(self._redraw(redraw, *stale))
            except RedisError as error:
                log.warning("undrawn_unreachable", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), PERIOD)
            self._woken.clear()

    async def _settle(self) -> list[Stale]:
        """Take off what is drawn; give what is not, or moves."""
        busy, before = self._renderer.pending | self._redrawing, time.monotonic() - REST
        quiet = {
            record: mark
            for record, mark in self._marks.items()
            if (mark.touched < before or mark.moves_until) and record not in busy
        }
        asked = [self._batch.put("HMGET", record, "version", "message") for record in quiet]
        found = await asyncio.gather(*asked, return_exceptions=True)
        done: dict[str, Mark] = {}
        stale: list[Stale] = []
        failures = [fields for fields in found if isinstance(fields, BaseException)]
        for (record, mark), fields in zip(quiet.items(), found, strict=True):
            if isinstance(fields, BaseException):
                continue  # of one node of a cluster, perhaps
            if mark.touched >= before and not mark.moves_until:
                continue  # changed again while we asked
            version, message = cast("list[bytes | None]", fields)
            # What is no stack, an inline message's state, is named after its message.
            is_shown = message or inline_message_of(record)
            as_drawn = version == mark.version.encode() and not mark.moves_until
            if version is None or not is_shown or as_drawn:
                done[record] = replace(mark)
            else:
                stale.append((record, mark, version.decode(), int(message or INLINE_TARGET)))
        if failures:
            log.warning("undrawn_unreachable", error=str(failures[0]))
        await self._remove(done)
        return stale

    async def _redraw(
        self, redraw: Redraw, record: str, mark: Mark, version: str, message_id: int
    ) -> None:
        if version != mark.version:
            # Another worker was here; its edit may have come last.
            self._renderer.forget(inline_message_of(record) or mark.place.chat_id, message_id)
        if mark.moves_until < self._clock.now():
            mark.moves_until = 0.0
        mark.version, mark.touched = "", time.monotonic()
        try:
            async with self._places:
                await redraw(record, mark.place)
        except (RedisError, AwayError):
            return  # it is still to be drawn
        except Exception:
            # Of an older version of the bot, perhaps. The next press will tell.
            log.exception("redraw_failed")
        finally:
            self._redrawing.remove(record)
        # Unless a press has come meanwhile, which has drawn what is newer.
        mark.version = mark.version or version
