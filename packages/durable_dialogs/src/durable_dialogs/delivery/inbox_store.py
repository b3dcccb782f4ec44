"""The inbox in Redis: a hash of updates that were fetched and are not done yet."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.errors import is_refusal
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.retention import EntryStatus, Retention
from durable_dialogs.tasks import start
from durable_dialogs.telegram.raw_updates import RawUpdate

TIDY = 0.2
"""Seconds between two removals of done updates, unless the next write removes them sooner."""
PAUSE = 1.0
"""Seconds before the next try if Redis can't be reached."""

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PendingUpdate:
    """An update that is not done yet.

    Attributes:
        update: The bytes that Telegram sent; they take a fifth of the memory of a parsed update.
        retention: What the update's commit must know about its entry in Redis.
        done: Gets a result when the update is done.
    """

    update: RawUpdate
    retention: Retention
    done: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class InboxStore:
    """Writes pending updates to Redis, and removes them when they are done.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        is_redis_away: Tells whether Redis was away when it was last asked.

    Attributes:
        is_redis_away: As given.
    """

    def __init__(
        self, redis: Redis, batch: Batch, keys: BotKeys, *, is_redis_away: Callable[[], bool]
    ) -> None:
        self._redis = redis
        self._batch = batch
        self._key = keys.own("inbox")
        self.is_redis_away = is_redis_away
        self._kept: set[int] = set()
        # Updates whose entry was sent to Redis, which has not confirmed it.
        self._doubtful: set[int] = set()
        self._done: set[int] = set()
        self._writes: set[asyncio.Future[bool]] = set()
        # Long-lived marks by update id: the mark's key, and the seconds to shorten its life to
        # once the update's entry is removed.
        self._long_marks: dict[int, tuple[str, int]] = {}

    @property
    def kept(self) -> Collection[int]:
        """The ids of the updates that certainly have an entry in Redis."""
        return self._kept

    def may_be_kept(self, update_id: int) -> bool:
        """Tell whether an update may have an entry in Redis, and so may count after a restart."""
        return update_id in self._kept or update_id in self._doubtful

    async def load(self) -> list[PendingUpdate]:
        """Load the updates that were left behind, in the order of their ids; wait for Redis."""
        stored = await _until_reachable(partial(self._redis.hgetall, self._key))
        kept = cast("dict[bytes, bytes]", stored)
        pending = []
        for update_id, raw in sorted(kept.items(), key=lambda item: int(item[0])):
            self._kept.add(int(update_id))
            retention = Retention(is_kept=True, status=EntryStatus.of(raw))
            pending.append(PendingUpdate(RawUpdate(int(update_id), raw), retention))
        return pending

    async def keep(self, updates: Collection[PendingUpdate]) -> None:
        """Write the updates that are not done yet to Redis; retry until it worked.

        If the caller is cancelled during a write, the write goes on, and `release` waits for it.
        """
        waiting = _pending(updates)
        await asyncio.gather(*(update.retention.await_commit() for update in waiting))
        # Redis may be away for long, so look again before each try: an update that is done
        # meanwhile needs no entry.
        while pending := _pending(updates):
            if await asyncio.shield(start(self._write(pending), among=self._writes, awaited=True)):
                break
            await asyncio.sleep(PAUSE)
        # An update may have got a long-lived mark and be done before its entry was written. The
        # removal shortens the mark's life.
        self._done |= self._long_marks.keys() & _ids(waiting)

    def note_done(self, update: PendingUpdate) -> None:
        """Note that an update is done; `tidy`, `keep` or `release` removes its entry."""
        update_id = update.update.id
        if long_mark := update.retention.close():
            self._long_marks[update_id] = long_mark
        if self.may_be_kept(update_id):
            self._done.add(update_id)

    async def tidy(self) -> None:
        """Remove done updates every `TIDY` seconds, until cancelled."""
        while True:
            await asyncio.sleep(TIDY)
            if not self.is_redis_away():
                await self.release()

    async def release(self) -> None:
        """Remove done updates from Redis; a failure is logged.

        It waits for a write that is under way, so that no entry comes after its removal.
        """
        if self._writes:
            await asyncio.wait(self._writes)
        if not (done := set(self._done)):
            return
        try:
            await self._redis.hdel(self._key, *map(str, done))
        except RedisError as error:
            log.warning("updates_not_released", error=str(error))
        else:
            await self._forget(done)

    async def until_reachable(self) -> None:
        """Wait until Redis can be reached."""
        await _until_reachable(self._redis.ping)

    async def _write(self, updates: list[PendingUpdate]) -> bool:
        """Write entries, and remove those of done updates; log a failure and return False."""
        fields: list[str | bytes] = []
        for update in updates:
            fields += [str(update.update.id), update.update.body + update.retention.status.value]
        sent = _ids(updates) - self._doubtful
        self._doubtful |= sent
        done = set(self._done)
        commands = [self._batch.send("HSET", self._key, *fields, safe=True)]
        if done:
            commands.append(self._batch.send("HDEL", self._key, *done))
        try:
            await asyncio.gather(*commands)
        except RedisError as error:
            log.warning("inbox_unreachable", error=str(error))
            if is_refusal(error):
                self._doubtful -= sent
            return False
        self._kept |= _ids(updates)
        self._doubtful -= self._kept
        await self._forget(done)
        return True

    async def _forget(self, done: set[int]) -> None:
        """Forget updates whose entries were removed, and shorten the life of their marks."""
        self._done -= done
        self._kept -= done
        self._doubtful -= done
        marks = [self._long_marks.pop(key) for key in done & self._long_marks.keys()]
        commands = [self._batch.send("EXPIRE", mark, seconds) for mark, seconds in marks]
        for result in await asyncio.gather(*commands, return_exceptions=True):
            if isinstance(result, BaseException):
                # Harmless: the mark stays for as long as dialogs live.
                log.warning("update_not_forgotten", error=type(result).__name__)


def _pending(updates: Iterable[PendingUpdate]) -> list[PendingUpdate]:
    return [update for update in updates if not update.done.done()]


def _ids(updates: Iterable[PendingUpdate]) -> set[int]:
    return {update.update.id for update in updates}


async def _until_reachable(call: Callable[[], Awaitable[Result]]) -> Result:
    while True:
        try:
            return await call()
        except RedisError as error:
            log.warning("inbox_unreachable", error=str(error))
            await asyncio.sleep(PAUSE)
