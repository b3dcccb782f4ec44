"""Pending redraws: windows whose messages may be behind, for the workers that live on."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.redraw_checks import is_shown
from durable_dialogs.recovery.redraw_index import Entry, PendingRedraw, RedrawIndex
from durable_dialogs.recovery.redraws import DrawAgain, Redraws
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.location import Location
from durable_dialogs.tasks import finish, start
from durable_dialogs.workers.registry import WorkerRegistry

REFRESH = 5.0
"""Seconds between two signs of life."""

SILENCE = 20.0
"""Seconds without a sign of life after which other workers take over."""

PAUSE = 1.0
"""Seconds before a sign of life is retried if Redis was away."""

log = structlog.get_logger(__name__)


class PendingRedraws:
    """Makes sure that each message ends with the latest window, even if workers die.

    A worker announces a record before its first commit. It removes the announcement some time
    after the last commit, once the message is drawn, so a series of presses costs one command.

    Then the worker also compares the record's version. If another worker has committed a version,
    the older edit may have come last, so the window is drawn again. It is not drawn again if
    another worker has got a later edit permit, because that worker has announced the record, too.

    A window that is an animation is drawn at each check while it lasts, and once after it.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        renderer: The renderer of this process.
        workers: The live workers.
    """

    def __init__(
        self, redis: Redis, batch: Batch, keys: BotKeys, renderer: Renderer, workers: WorkerRegistry
    ) -> None:
        self._renderer = renderer
        self._workers = workers
        self._index = RedrawIndex(redis, batch, keys, workers.worker)
        self._clock = self._index.clock
        self._pending: dict[str, PendingRedraw] = {}
        self._redraws = Redraws(self._index, self._pending, renderer)

    def touch(self, records: Iterable[str], location: Location) -> list[str]:
        """Note that records change again; return those that must still be announced.

        Args:
            records: The records.
            location: Where their windows are.
        """
        unknown = []
        for record in records:
            if redraw := self._pending.get(record):
                redraw.location = location
                redraw.touch(time.monotonic())
            else:
                unknown.append(record)
        return unknown

    async def announce(
        self, records: Iterable[str], location: Location, animated_for: float = 0.0
    ) -> None:
        """Announce that records are about to change.

        The caller may await this together with the commit if it calls this first. Then Redis gets
        both together and in this order.

        Args:
            records: The records.
            location: Where their windows are.
            animated_for: Seconds for which the windows then change by themselves.
        """
        animated_until = self._clock.now() + animated_for if animated_for else 0.0
        now = time.monotonic()
        redraws = {
            record: PendingRedraw(location, now, animated_until, is_version_enough=not animated_for)
            for record in records
        }
        await self._index.write(redraws)
        for record, redraw in redraws.items():
            if record in self._pending and self._pending[record].is_forced:
                redraw.is_version_enough, redraw.is_forced = False, True
        self._pending.update(redraws)

    async def renew(self, windows: Mapping[str, Location]) -> None:
        """Draw windows again at once, whether or not their records change, even if workers die.

        Args:
            windows: Where the windows are, by record.
        """
        for record, location in windows.items():
            redraw = self._pending.setdefault(record, PendingRedraw(location, changed_at=0))
            redraw.touch(0)
            redraw.is_version_enough, redraw.is_forced = False, True
        await self._index.write({record: self._pending[record] for record in windows})
        self._redraws.wake()

    def committed(self, record: str, version: str) -> None:
        """Note the version that a record has now."""
        if record in self._pending:
            self._pending[record].version = version

    def hurry(self, record: str) -> None:
        """Draw an announced record at the next check, because no update draws it."""
        self._pending[record].changed_at = 0

    async def run(self, draw_again: DrawAgain) -> None:
        """Draw what is pending: first of workers that are dead, later of any that fall silent."""
        # Two tasks, because slow windows must not delay the signs of life. No TaskGroup, because
        # it passes on only the first cancellation: see `finish`.
        tasks = [
            start(task, awaited=True)
            for task in (self._give_signs_of_life(), self._redraws.run(draw_again))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await finish(tasks, within=0)

    async def close(self, within: float) -> None:
        """Remove what is drawn, in at most `within` seconds; other workers take the rest over."""
        try:
            async with asyncio.timeout(within):
                found = await self._index.stored_windows(self._pending)
                unfinished = self._renderer.pending
                # A stopping worker has not asked the others whether they drew something later.
                await self._redraws.remove(
                    {
                        record: self._pending[record]
                        for record, stored in found.items()
                        if record not in unfinished
                        and (
                            stored is None
                            or is_shown(record, self._pending[record], stored, self._renderer)
                        )
                    }
                )
                await self._index.write(self._pending, has_ended=True)
        except (RedisError, TimeoutError) as error:
            log.warning("pending_redraws_unavailable", error=str(error))

    async def _give_signs_of_life(self) -> None:
        """Give signs of life, and take over from workers that give none."""
        is_start = True
        while True:
            try:
                await self._clock.set()
                await self._index.write(self._pending)
                await self._take_over(is_start=is_start)
            except RedisError as error:
                log.warning("pending_redraws_unavailable", error=str(error))
                await asyncio.sleep(PAUSE)
            else:
                is_start = False
                self._redraws.wake()
                await asyncio.sleep(REFRESH)

    async def _take_over(self, *, is_start: bool) -> None:
        """Take over the pending redraws of workers that are silent, or dead at the start."""
        entries = await self._index.read()
        # Only at the start, because if a dead worker ran alone, no other has watched its silence.
        gone = await self._workers.gone(entry.worker for entry in entries) if is_start else ()
        own: dict[str, PendingRedraw] = {}
        left: list[Entry] = []
        for entry in entries:
            is_silent = entry.signed <= self._clock.now() - SILENCE
            if entry.worker != self._workers.worker:
                if is_silent or entry.worker in gone:
                    left.append(entry)
            elif is_silent and entry.record not in self._pending:
                # Redis took the entry, but its answer was lost.
                own[entry.record] = entry.redraw
        others = {entry.record: entry.redraw for entry in left}
        await self._index.write(own | others)
        self._pending.update(own)
        taken = await self._index.take_from(left)
        # If several workers start at once, one takes each entry. It replaces an own pending redraw,
        # because no worker knows whose edit came last.
        self._pending.update({record: others[record] for record in taken})
        lost = others.keys() - self._pending.keys()
        await self._index.take_off({record: others[record] for record in lost})
