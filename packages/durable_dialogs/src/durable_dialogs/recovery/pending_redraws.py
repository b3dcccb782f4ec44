"""Pending redraws: windows whose messages may be behind, for the workers that live on."""

import asyncio
import time
from collections.abc import Iterable, Mapping

import structlog
from redis.exceptions import RedisError

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraw import PendingRedraw
from durable_dialogs.recovery.redraw_index import RedrawIndex, in_pages
from durable_dialogs.recovery.redraws import DrawAgain, Redraws
from durable_dialogs.recovery.takeover import Takeover
from durable_dialogs.state.location import Location
from durable_dialogs.tasks import finish, start
from durable_dialogs.workers.registry import WorkerRegistry

log = structlog.get_logger(__name__)


class PendingRedraws:
    """Makes sure that each message ends with the latest window, even if workers die.

    A worker announces a record before its first commit. It removes the announcement some time
    after the last commit, once the message is drawn, so a series of presses costs one command.

    A message is drawn once the version that the worker drew is the one that Redis holds after its
    edit. If it is another one, another worker has committed it, and whose edit came last is not
    known, so the window is drawn again once the record rests. The worker whose edit comes last
    also looks last, so the message ends with the latest version.

    A window that is an animation is drawn at each check while it lasts, and once after it.

    Args:
        index: The index in Redis.
        renderer: The renderer of this process.
        workers: The live workers.
        windows: Which windows people have open.
    """

    def __init__(
        self,
        index: RedrawIndex,
        renderer: Renderer,
        workers: WorkerRegistry,
        windows: OpenWindows,
    ) -> None:
        self._index = index
        self._clock = self._index.clock
        self._pending: dict[str, PendingRedraw] = {}
        self._redraws = Redraws(self._index, self._pending, renderer, windows)
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
        await self._redraws.renew(windows)

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
                    await self._redraws.remove_shown(page)
        except (RedisError, TimeoutError) as error:
            log.warning("pending_redraws_unavailable", error=str(error))
