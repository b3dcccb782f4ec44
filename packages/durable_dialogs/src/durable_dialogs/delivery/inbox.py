"""Polling that loses nothing: an update is kept in Redis before Telegram may forget it.

A request with a new offset acknowledges the updates before it (Bot API, getUpdates). Most updates
are done a few milliseconds after the fetch and are never written down. The rest is written in one
command and replayed in order after a restart.

The inbox goes on fetching while updates wait, so one person's flood does not hold up other people
at Telegram. `FairQueue` decides which update is next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial

import structlog

from durable_dialogs.delivery.fair_queue import FairQueue
from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox_store import InboxStore, PendingUpdate
from durable_dialogs.state.retention import Retention
from durable_dialogs.state.update_data import IS_KEPT, RETENTION
from durable_dialogs.tasks import start
from durable_dialogs.telegram.raw_updates import sender_of
from durable_dialogs.telemetry import telemetry

CarryOut = Callable[..., Awaitable[object]]
"""Carries an update out. Gets its bytes, and by keyword what to add to the middlewares' data."""

FULL = 100
"""Updates that one fetch returns at most (Bot API, getUpdates, `limit`)."""
MOMENT = 0.02
"""Seconds without any update done after which the pending updates are written down."""
MOMENTS = 5
"""Number of moments after which the pending updates are written down in any case."""
ACKNOWLEDGE = 1.5
"""Seconds at the end for telling Telegram what is done. If the time is over, Telegram sends the
updates again, and their marks tell that they are done."""
RELEASE = 0.5
"""Seconds at the end for removing done updates from Redis. If the time is over, the next start
replays the updates, and their marks tell that they are done."""
ROOM = 30_000
"""Updates that are fetched and not done, at most; the rest stays at Telegram. A press that waits
takes 4 KB here and 1 KB in Redis, so a full inbox takes 130 MB and 30 MB (measured)."""

log = structlog.get_logger(__name__)


class Inbox:
    """Fetches updates by polling and has each of them carried out.

    Args:
        fetcher: Fetches updates from Telegram.
        store: Keeps updates in Redis. While Redis is away, the inbox fetches nothing.
        carry_out: Carries an update out; when it returns, the update is done. It gets the
            update's bytes, `IS_KEPT` and `RETENTION`.
    """

    def __init__(self, fetcher: Fetcher, store: InboxStore, carry_out: CarryOut) -> None:
        self._fetcher = fetcher
        self._store = store
        self._carry_out = carry_out
        self._pending: dict[int, PendingUpdate] = {}
        # Those of the last fetch, until they are kept in Redis.
        self._fresh: list[PendingUpdate] = []
        self._queue = FairQueue(self._see_through)
        self._freed = asyncio.Event()
        self._is_full = False

    async def run(self) -> None:
        """Replay what was left behind, then fetch, until cancelled.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
            TelegramConflictError: Another process has fetched with the same token for a while.
        """
        await self._begin_kept()
        tidying = start(self._store.tidy())
        try:
            while True:
                await self._fetch_once()
        finally:
            tidying.cancel()

    async def replay(self) -> None:
        """Finish what was left behind, without fetching."""
        await self._begin_kept()
        await self._until_pending(0)
        await self._store.release()

    async def close(self, within: float) -> None:
        """Finish what is under way, for at most `within` seconds; the rest stays in Redis."""
        await self._queue.close(within)
        with suppress(TimeoutError):
            async with asyncio.timeout(ACKNOWLEDGE):
                await self._acknowledge()
        with suppress(TimeoutError):
            async with asyncio.timeout(RELEASE):
                await self._store.release()

    async def _fetch_once(self) -> None:
        if self._store.is_redis_away():
            # The next fetch may be long in coming. If this process ends meanwhile, Telegram must
            # not send an update again whose sender was told to try again.
            await self._acknowledge()
            await self._store.until_reachable()
        updates = await self._fetcher.fetch()
        self._fresh = fresh = [
            self._begin(PendingUpdate(update, Retention()))
            for update in updates
            if update.id not in self._pending
        ]
        # After a full fetch more updates may wait at Telegram, perhaps of other people: they must
        # not wait for these.
        if len(updates) < FULL:
            await _linger([pending.done for pending in fresh])
        await self._store.keep(fresh)
        self._fresh = []
        is_full = len(self._pending) > ROOM - FULL
        if is_full and not self._is_full:
            log.warning("inbox_full", updates=len(self._pending))
        self._is_full = is_full
        await self._until_pending(ROOM - FULL)

    async def _until_pending(self, at_most: int) -> None:
        """Wait until at most so many updates are pending."""
        while len(self._pending) > at_most:
            self._freed.clear()
            await self._freed.wait()

    async def _acknowledge(self) -> None:
        await self._fetcher.acknowledge(self._pending.keys() - self._store.kept)

    async def _begin_kept(self) -> None:
        for pending in await self._store.load():
            self._begin(pending)

    def _begin(self, pending: PendingUpdate) -> PendingUpdate:
        """Queue an update behind the others of its sender."""
        self._pending[pending.update.id] = pending
        telemetry.inbox_updates(len(self._pending))
        self._queue.put(sender_of(pending.update), pending)
        return pending

    async def _see_through(self, pending: PendingUpdate) -> None:
        update = pending.update
        try:
            is_kept = partial(self._comes_again, update.id)
            await self._carry_out(update.body, **{IS_KEPT: is_kept, RETENTION: pending.retention})
        except Exception:
            log.exception("update_failed", update=update.id)
        del self._pending[update.id]
        telemetry.inbox_updates(len(self._pending))
        pending.done.set_result(None)
        self._store.note_done(pending)
        self._freed.set()

    def _comes_again(self, update_id: int) -> bool:
        """Tell whether an update comes again after the next start, even if it is done here.

        An offset acknowledges all updates below it. So as long as Telegram must keep an update,
        it also keeps those above. Only updates in doubt count, because the others are done within
        moments, and then the offset can go on.
        """
        return self._store.may_be_kept(update_id) or any(
            other.retention.in_doubt and not other.done.done()
            for other in self._fresh
            if other.update.id < update_id
        )


async def _linger(updates: Iterable[asyncio.Future[None]]) -> None:
    """Wait for updates while some of them get done, for `MOMENTS` moments at most."""
    pending = set(updates)
    for _ in range(MOMENTS):
        if not pending:
            return
        done, pending = await asyncio.wait(pending, timeout=MOMENT)
        if not done:
            return
