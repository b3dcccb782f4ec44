"""Polling that loses nothing: an update is kept in Redis before Telegram may forget it.

Asking with a new offset is the acknowledgement (Bot API, getUpdates). What is
done within moments of the fetch never needs keeping; the rest is written down
in one command, and replayed in order after a restart. It goes on fetching while
updates wait, so that nobody waits at Telegram behind one person's flood; who is
served next, `fsm.fairness` decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.delivery import overlap
from durable_dialogs.delivery.fair_queue import FairQueue
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keeping import Fate, Keeping
from durable_dialogs.state.keys import PREFIX
from durable_dialogs.state.update_data import IS_KEPT, KEEPING
from durable_dialogs.tasks import start
from durable_dialogs.telegram.raw_updates import GetRawUpdates, RawUpdate, sender_of
from durable_dialogs.telegram.retries import confirmed
from durable_dialogs.telemetry import telemetry

CarryOut = Callable[..., Awaitable[object]]
"""Carries an update out, given its bytes and what the middleware's data holds besides."""

LONG_POLL = 30
"""Seconds that a request for updates may wait at Telegram."""
FULL = 100
"""Updates that one request gives at most (Bot API, getUpdates, `limit`)."""
MOMENT = 0.02
"""Seconds in which none of the updates under way is done, before they are written down."""
MOMENTS = 5
"""Moments after which they are written down in any case."""
TIDY = 0.2
"""Seconds after which what is done is taken out, unless the next fetch does it sooner."""
ACKNOWLEDGE = 1.5
"""Seconds that Telegram has at the end to forget what is done, and"""
RELEASE = 0.5
"""seconds that Redis has; what they miss is recognised when it comes."""
PAUSE = 1.0
"""Seconds before the next try when Telegram or Redis can't be reached."""
ROOM = 30_000
"""Updates that are fetched and not done, at most; the rest stays at Telegram. A press that waits
takes 4 KB here and 1 KB in Redis, so that many take 130 MB and 30 MB (measured)."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that is not done yet.

    Attributes:
        update: As Telegram sent it; as bytes, because they take a fifth of the memory.
        keeping: What its commit has to know of its being kept here.
        done: Is set once it is done.
    """

    update: RawUpdate
    keeping: Keeping
    done: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Inbox:
    """Fetches updates by polling and sees each of them through.

    Args:
        bot: The bot.
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        carry_out: Carries an update out, given its bytes; when it returns, the update is done. It
            gets `IS_KEPT` and `KEEPING`, too.
        kinds: The kinds of updates to ask for.
        is_redis_away: Tells whether Redis was away when it was last asked; then
            nothing is fetched until it is back.
    """

    def __init__(  # noqa: PLR0913 - what stands around it, put together once
        self,
        bot: Bot,
        redis: Redis,
        batch: Batch,
        carry_out: CarryOut,
        kinds: list[str],
        *,
        is_redis_away: Callable[[], bool],
    ) -> None:
        self._bot = bot
        self._redis = redis
        self._batch = batch
        self._carry_out = carry_out
        self._kinds = kinds
        self._is_redis_away = is_redis_away
        self._key = f"{PREFIX}:{{{bot.id}}}:inbox"
        self._open: dict[int, Entry] = {}
        self._queue = FairQueue(self._see_through)
        self._freed = asyncio.Event()
        self._is_full = False
        # Marks that are cut short once the entry is gone, and to how many seconds.
        self._lasting: dict[int, tuple[str, int]] = {}
        self._kept: set[int] = set()
        self._done: set[int] = set()
        self._offset: int | None = None
        self._overlap = overlap.Overlap()

    async def run(self) -> None:
        """Replay what was left behind, then fetch, until cancelled.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
            TelegramConflictError: Somebody else has fetched with the same token for a while.
        """
        await self._begin_kept()
        tidying = start(self._tidy())
        try:
            while True:
                await self._turn()
        finally:
            tidying.cancel()

    async def replay(self) -> None:
        """Finish what was left behind, without fetching."""
        await self._begin_kept()
        await self._until_open(0)
        await self._release()

    async def close(self, within: float) -> None:
        """Finish what is under way, for at most `within` seconds; the rest stays kept."""
        await self._queue.close(within)
        with suppress(TimeoutError):
            async with asyncio.timeout(ACKNOWLEDGE):
                await self._acknowledge()
        with suppress(TimeoutError):
            async with asyncio.timeout(RELEASE):
                await self._release()

    async def _turn(self) -> None:
        if self._is_redis_away():
            await self._acknowledge()
            await until_reachable(self._redis.ping)
        updates = await self._fetch(self._offset)
        if updates:
            self._offset = updates[-1].id + 1
        fresh = [self._add(update) for update in updates if update.id not in self._open]
        if len(updates) < FULL:
            # Else more wait at Telegram, of others perhaps, who shall not wait for these.
            await _linger([entry.done for entry in fresh])
        await self._keep(fresh)
        is_full = len(self._open) > ROOM - FULL
        if is_full and not self._is_full:
            log.warning("inbox_full", updates=len(self._open))
        self._is_full = is_full
        await self._until_open(ROOM - FULL)

    async def _until_open(self, at_most: int) -> None:
        """Wait until no more than so many updates are not done yet."""
        while len(self._open) > at_most:
            self._freed.clear()
            await self._freed.wait()

    async def _acknowledge(self) -> None:
        """Have Telegram forget what is done or kept, as the next fetch may be long in coming.

        Who was told to try again must not be counted after all, should we be
        stopped meanwhile. What this brings is fetched again by the same offset.
        """
        if self._offset is None:
            return
        offset = min([self._offset, *(self._open.keys() - self._kept)])
        method = GetRawUpdates(offset=offset, limit=1, timeout=0, allowed_updates=self._kinds)
        with suppress(TelegramAPIError):
            await self._bot(method)

    async def _begin_kept(self) -> None:
        kept = await until_reachable(self._redis.hgetall, self._key)
        for update_id, raw in sorted(kept.items(), key=lambda item: int(item[0])):
            self._kept.add(int(update_id))
            keeping = Keeping(is_kept=True, fate=Fate.of(raw))
            self._add(RawUpdate(int(update_id), raw), keeping)

    async def _fetch(self, offset: int | None) -> list[RawUpdate]:
        method = GetRawUpdates(offset=offset, timeout=LONG_POLL, allowed_updates=self._kinds)
        call = partial(self._bot, method, request_timeout=LONG_POLL + 15)
        while True:
            try:
                return await confirmed(call)
            except TelegramUnauthorizedError:
                raise
            except TelegramConflictError:
                telemetry.telegram_failed("refused")
                if not self._overlap.is_short():
                    raise
                await asyncio.sleep(overlap.PAUSE)
            except TelegramRetryAfter as error:
                telemetry.telegram_failed("throttled")
                log.warning("updates_not_fetched", error=type(error).__name__)
                await asyncio.sleep(error.retry_after)
            except TelegramAPIError as error:
                telemetry.telegram_failed("away")
                log.warning("updates_not_fetched", error=type(error).__name__)
                await asyncio.sleep(PAUSE)

    def _add(self, update: RawUpdate, keeping: Keeping | None = None) -> Entry:
        """Have an update carried out when its sender's turn comes."""
        entry = self._open[update.id] = Entry(update, keeping or Keeping())
        telemetry.inbox_updates(len(self._open))
        self._queue.put(sender_of(update), entry)
        return entry

    async def _see_through(self, entry: Entry) -> None:
        update = entry.update
        try:
            is_kept = partial(self._kept.__contains__, update.id)
            data = {IS_KEPT: is_kept, KEEPING: entry.keeping}
            await self._carry_out(update.body, **data)
        except Exception:
            log.exception("update_failed", update=update.id)
        if lasting := entry.keeping.close():
            self._lasting[update.id] = lasting
        del self._open[update.id]
        telemetry.inbox_updates(len(self._open))
        entry.done.set_result(None)
        self._freed.set()
        if update.id in self._kept:
            self._done.add(update.id)

    async def _keep(self, entries: Collection[Entry]) -> None:
        waiting = [entry for entry in entries if entry.update.id in self._open]
        await asyncio.gather(*(entry.keeping.keep() for entry in waiting))
        written: set[int] = set()
        # What is done meanwhile needs no keeping: Redis may be away for long.
        while fresh := [entry for entry in entries if entry.update.id in self._open]:
            ids = {entry.update.id for entry in fresh}
            written |= ids
            try:
                await self._write(fresh)
                self._kept |= ids
                break
            except RedisError as error:
                log.warning("inbox_unreachable", error=str(error))
                await asyncio.sleep(PAUSE)
        # And what has got a lasting mark, but was done before it was written.
        written |= self._lasting.keys() & {entry.update.id for entry in waiting}
        self._done |= written - self._open.keys()

    async def _write(self, entries: Iterable[Entry]) -> None:
        fields: list[str | bytes] = []
        for entry in entries:
            fields += [str(entry.update.id), entry.update.body + entry.keeping.fate.value]
        done = set(self._done)
        jobs = [self._batch.send("HSET", self._key, *fields, safe=True)]
        if done:
            jobs.append(self._batch.send("HDEL", self._key, *done))
        await asyncio.gather(*jobs)
        await self._forget(done)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            if not self._is_redis_away():
                await self._release()

    async def _release(self) -> None:
        if not (done := set(self._done)):
            return
        try:
            await self._redis.hdel(self._key, *map(str, done))
        except RedisError as error:
            log.warning("updates_not_released", error=str(error))
        else:
            await self._forget(done)

    async def _forget(self, done: set[int]) -> None:
        """Forget updates whose entries are gone, and have Redis do so before long."""
        self._done -= done
        self._kept -= done
        marks = [self._lasting.pop(key) for key in done & self._lasting.keys()]
        jobs = [self._batch.send("EXPIRE", mark, memory) for mark, memory in marks]
        for result in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(result, BaseException):
                # It is forgotten some weeks later then.
                log.warning("update_not_forgotten", error=type(result).__name__)


async def _linger(updates: Iterable[asyncio.Future[None]]) -> None:
    """Wait for updates as long as some of them are done, for a few moments at most."""
    pending = set(updates)
    for _ in range(MOMENTS):
        if not pending:
            return
        done, pending = await asyncio.wait(pending, timeout=MOMENT)
        if not done:
            return


async def until_reachable(
    call: Callable[..., Awaitable[Any]], *args: object, **kwargs: object
) -> Any:  # noqa: ANN401 - what the call gives
    """Call Redis until it can be reached."""
    while True:
        try:
            return await call(*args, **kwargs)
        except RedisError as error:
            log.warning("inbox_unreachable", error=str(error))
            await asyncio.sleep(PAUSE)
