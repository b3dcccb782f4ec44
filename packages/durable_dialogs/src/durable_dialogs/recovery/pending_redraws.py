"""Which windows may show less than what stands, for whoever lives on to draw them."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.recovery.redraw_checks import is_shown
from durable_dialogs.recovery.redraw_index import Entry, PendingRedraw, RedrawIndex
from durable_dialogs.recovery.redraws import Redraw, Redraws
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.location import Location
from durable_dialogs.tasks import finish, start

REFRESH = 5.0
"""Seconds between two signs of life."""
SILENCE = 20.0
"""Seconds without a sign of life after which others take over."""
PAUSE = 1.0
"""Seconds until one that Redis did not take is tried again."""

log = structlog.get_logger(__name__)


class PendingRedraws:
    """Sees to it that every message ends with what stands, whoever dies on the way.

    A record is announced before its first commit, and taken off some time after
    the last, once its message was drawn: so a row of taps costs one command.
    Then its version is compared, too: where another worker was in between the older
    drawing may have come last, and it is drawn again, unless another was given the
    turn on the message after that: who draws has a mark of its own.

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
        self, redis: Redis, batch: Batch, bot_id: int, renderer: Renderer, crew: WorkerRegistry
    ) -> None:
        self._renderer = renderer
        self._crew = crew
        self._index = RedrawIndex(redis, batch, bot_id, crew.worker)
        self._clock = self._index.clock
        self._marks: dict[str, PendingRedraw] = {}
        self._redraws = Redraws(self._index, self._marks, renderer)

    def touch(self, records: Iterable[str], place: Location) -> list[str]:
        """Note that records change again; give those that are still to be announced.

        Args:
            records: The records.
            place: Where their windows stand.
        """
        unknown = []
        for record in records:
            if mark := self._marks.get(record):
                mark.place = place
                mark.touch(time.monotonic())
            else:
                unknown.append(record)
        return unknown

    async def announce(
        self, records: Iterable[str], place: Location, moves_for: float = 0.0
    ) -> None:
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
        marks = {
            record: PendingRedraw(place, now, moves_until, is_timeless=not moves_for)
            for record in records
        }
        await self._index.write(marks)
        for record, mark in marks.items():
            if record in self._marks and self._marks[record].is_renewed:
                mark.is_timeless, mark.is_renewed = False, True
        self._marks.update(marks)

    async def renew(self, windows: Mapping[str, Location]) -> None:
        """Have windows drawn at once, whether or not they have changed; whoever dies on the way.

        Args:
            windows: Where they stand, by their records.
        """
        for record, place in windows.items():
            mark = self._marks.setdefault(record, PendingRedraw(place, touched=0))
            mark.touch(0)
            mark.is_timeless, mark.is_renewed = False, True
        await self._index.write({record: self._marks[record] for record in windows})
        self._redraws.wake()

    def committed(self, record: str, version: str) -> None:
        """Note the version that a record has now."""
        if record in self._marks:
            self._marks[record].version = version

    def hurry(self, record: str) -> None:
        """Have a record that was announced drawn at the next look: no update does it."""
        self._marks[record].touched = 0

    async def run(self, redraw: Redraw) -> None:
        """Draw what others have left behind: who lives no more, and later who falls silent."""
        # Apart, as windows that take long must not look like a worker that is gone. No
        # TaskGroup, which hands on the first cancellation only: see `finish`.
        jobs = [start(job, awaited=True) for job in (self._keep(), self._redraws.run(redraw))]
        try:
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            for job in done:
                job.result()
        finally:
            await finish(jobs, within=0)

    async def close(self, within: float) -> None:
        """Take off what was drawn, in at most `within` seconds; others take the rest."""
        try:
            async with asyncio.timeout(within):
                standing = await self._index.standing(self._marks)
                pending = self._renderer.pending
                # In the haste of a stop nobody was asked whether something later was drawn.
                await self._redraws.remove(
                    {
                        record: self._marks[record]
                        for record, stands in standing.items()
                        if record not in pending
                        and (
                            stands is None
                            or is_shown(record, self._marks[record], stands, self._renderer)
                        )
                    }
                )
                await self._index.write(self._marks, has_ended=True)
        except (RedisError, TimeoutError) as error:
            log.warning("undrawn_unreachable", error=str(error))

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
                await asyncio.sleep(PAUSE)
            else:
                is_start = False
                self._redraws.wake()
                await asyncio.sleep(REFRESH)

    async def _adopt(self, *, is_start: bool) -> None:
        """Take over the records of those who fell silent long ago, or live no more."""
        entries = await self._index.read()
        # Only then, as a worker that was alone left nobody to wait for its silence.
        gone = await self._crew.gone(entry.worker for entry in entries) if is_start else ()
        own: dict[str, PendingRedraw] = {}
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
