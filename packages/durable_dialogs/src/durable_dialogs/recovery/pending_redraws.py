"""Pending redraws: windows whose messages may be behind, for the workers that live on."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.pending_redraw import PendingRedraw
from durable_dialogs.recovery.redraw_checks import is_shown
from durable_dialogs.recovery.redraw_index import RedrawIndex, in_pages
from durable_dialogs.recovery.redraws import DrawAgain, Redraws
from durable_dialogs.recovery.takeover import Takeover
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.location import Location
from durable_dialogs.tasks import finish, start
from durable_dialogs.workers.registry import WorkerRegistry

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
        self._index = RedrawIndex(redis, batch, keys, workers.worker)
        self._clock = self._index.clock
        self._pending: dict[str, PendingRedraw] = {}
        self._redraws = Redraws(self._index, self._pending, renderer)
        self._takeover = Takeover(self._index, self._pending, workers)

    def touch(self, records: Iterable[str], location: Location) -> list[str]:
        """Note that records change again; return those that must still be announced.

        Args:
            records: The records.
            location: Where their windows are.
        """
        unknown = []
        for record in records:
            if redraw := self._pending.get(record):
                redraw.touch(location, time.monotonic())
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
            record: PendingRedraw.announced(location, now, animated_until) for record in records
        }
        await self._index.write(redraws)
        for record, redraw in redraws.items():
            if former := self._pending.get(record):
                redraw.replaces(former)
        self._pending.update(redraws)

    async def renew(self, windows: Mapping[str, Location]) -> None:
        """Draw windows again at once, whether or not their records change, even if workers die.

        Args:
            windows: Where the windows are, by record.
        """
        for record, location in windows.items():
            self._pending.setdefault(record, PendingRedraw.owed(location)).force()
        await self._index.write({record: self._pending[record] for record in windows})
        self._redraws.wake()

    def committed(self, record: str, version: str) -> None:
        """Note the version that a record has now."""
        if record in self._pending:
            self._pending[record].committed(version)

    def hurry(self, record: str) -> None:
        """Draw an announced record at the next check, because no update draws it."""
        self._pending[record].hurry()

    async def run(self, draw_again: DrawAgain) -> None:
        """Draw what is pending, also of workers that are gone, until cancelled."""
        # Two tasks, because slow windows must not delay what other workers have left. No
        # TaskGroup, because it passes on only the first cancellation: see `finish`.
        tasks = [
            start(task, awaited=True)
            for task in (self._takeover.run(self._redraws.wake), self._redraws.run(draw_again))
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
                for page in in_pages(list(self._pending)):
                    await self._remove_shown(page)
        except (RedisError, TimeoutError) as error:
            log.warning("pending_redraws_unavailable", error=str(error))

    async def _remove_shown(self, records: Iterable[str]) -> None:
        found = await self._index.stored_windows(records)
        unfinished = self._renderer.pending
        # A stopping worker has not asked the others whether they drew something later.
        shown = {
            record: self._pending[record]
            for record, stored in found.items()
            if record not in unfinished
            and (stored is None or is_shown(record, self._pending[record], stored, self._renderer))
        }
        await self._redraws.remove(shown)
