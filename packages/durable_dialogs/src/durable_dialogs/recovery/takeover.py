"""Takes pending redraws over from workers that have died or signed off."""

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog
from redis.exceptions import RedisError

from durable_dialogs.recovery.pending_redraw import PendingRedraw
from durable_dialogs.recovery.redraw_index import Entry, RedrawIndex
from durable_dialogs.workers.registry import WorkerRegistry

REFRESH = 5.0
"""Seconds between two looks at the worker registry."""

DELAY = 2.0
"""Seconds by which a look may be late, and still tell which workers are dead."""

FULL = 60.0
"""Seconds between two looks at the whole index if no worker is gone."""

SILENCE = 20.0
"""Seconds after which a worker takes an entry up that it has written and does not know."""

PAUSE = 1.0
"""Seconds before the next look if Redis was away."""

log = structlog.get_logger(__name__)


class Takeover:
    """Finds the entries in the index that no live worker draws, and makes them this worker's.

    The worker registry tells who lives, so no worker writes its entries again. Reading the whole
    index is rare: at the start, when a worker is gone, and every `FULL` seconds.

    Args:
        index: The index in Redis.
        pending: The pending redraws of this worker, by record.
        workers: The live workers.
    """

    def __init__(
        self, index: RedrawIndex, pending: dict[str, PendingRedraw], workers: WorkerRegistry
    ) -> None:
        self._index = index
        self._pending = pending
        self._workers = workers
        self._live: set[str] = set()
        self._is_start = True
        self._looked_at = self._read_at = 0.0

    async def run(self, on_look: Callable[[], object]) -> None:
        """Look every `REFRESH` seconds who lives, and take over what others have left.

        Args:
            on_look: Called after each look.
        """
        while True:
            try:
                await self._index.clock.set()
                await self._look()
            except RedisError as error:
                log.warning("pending_redraws_unavailable", error=str(error))
                await asyncio.sleep(PAUSE)
            else:
                on_look()
                await asyncio.sleep(REFRESH)

    async def _look(self) -> None:
        live, now = await self._workers.live(), time.monotonic()
        is_late, self._looked_at = now - self._looked_at > REFRESH + DELAY, now
        if is_late and not self._is_start:
            # If Redis itself was away, the others have had no chance to give a sign of life.
            return
        if self._is_start or self._live - live or now - self._read_at >= FULL:
            await self._read(live)
            self._read_at = now
        self._live, self._is_start = live, False

    async def _read(self, live: set[str]) -> None:
        async for page in self._index.pages():
            gone = await self._gone({entry.worker for entry in page}, live)
            left = [entry for entry in page if entry.worker in gone]
            # Redis took such an entry, but its answer was lost.
            lost = (each for each in page if each.worker == self._workers.worker)
            old = self._index.clock.now() - SILENCE
            own = {
                entry.record: entry.redraw
                for entry in lost
                if entry.record not in self._pending and entry.written_at <= old
            }
            if own or left:
                await self._take(own, left)

    async def _gone(self, workers: set[str], live: set[str]) -> set[str]:
        """Return those of some workers that are dead or have signed off."""
        unknown = workers - {self._workers.worker}
        if self._is_start:
            # Also those that were killed on this machine, because this may be what replaces them.
            return await self._workers.gone(unknown)
        if gone := unknown - live:
            gone -= await self._workers.live()  # some may just have started
        return gone

    async def _take(self, own: dict[str, PendingRedraw], left: Iterable[Entry]) -> None:
        others = {entry.record: entry.redraw for entry in left}
        await self._index.write(own | others)
        self._pending.update(own)
        taken = await self._index.take_from(left)
        # If several workers look at once, one takes each entry. It replaces an own pending redraw,
        # because no worker knows whose edit came last.
        self._pending.update({record: others[record] for record in taken})
        lost = others.keys() - self._pending.keys()
        await self._index.take_off({record: others[record] for record in lost})
