"""The outbox: what a commit must deliver outside of Redis, at least once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

import structlog
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys, ChatKeys
from durable_dialogs.tasks import finish, start
from durable_dialogs.telemetry import telemetry

Afterwards = Callable[[], Awaitable[object]]
"""To be called once a delivered entry is deleted; that may be lost in a kill."""
Deliver = Callable[["Outbox", str, str], Awaitable[Afterwards | None]]
"""Delivers an entry; may be called twice for the same one.

Gets the outbox, the entry's id and payload. Raises `UndeliverableError` if it never can.
"""

PATIENCE = 1.0
"""Seconds that a person waits for a delivery. The commit has made sure that it happens anyway."""
PERIOD = 3.0
"""Seconds between two sweeps, and for which a worker has an entry that it announced or took."""
AT_ONCE = 20
"""Entries taken at a time. If none of them is delivered, the rest waits for the next sweep."""
UNDER_WAY = 1_000
"""Entries under way beyond which a worker takes no more."""
MISSING = 60
"""Seconds after which a worker looks again for an entry that was announced and not committed."""
ABANDONED = 60 * 60
"""Seconds after which a worker forgets an entry that was announced and never committed."""
REMEMBERED = 10_000
"""Number of missing entries of which a worker remembers since when they are missing."""

log = structlog.get_logger(__name__)


class UndeliverableError(Exception):
    """An entry can never be delivered. It is set aside for the operator."""


class Outbox:
    """Delivers entries right after their commit, and retries until they are delivered.

    The commit writes an entry into its chat's outbox. Before, the worker announces the entry in an
    index of all outboxes of the bot, because the index can't be in the chat's hash slot. An entry
    that is announced and never committed does no harm.

    The index says when each entry is due, by Redis' clock. A worker that takes an entry puts it
    off, and again while a slow delivery such as an export is under way. So workers share what is
    left, and an entry that fails gets behind the others. While no entry is delivered, a worker
    tries `AT_ONCE` of them in each `PERIOD`.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        deliver: Delivers entries.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, deliver: Deliver) -> None:
        self._redis = redis
        self._batch = batch
        self._deliver = deliver
        self._index = keys.own("outboxes")
        self._aside = keys.own("undeliverable")
        self._announce = redis.register_script(Path(__file__).with_name("announce.lua").read_text())
        self._due = redis.register_script(Path(__file__).with_name("due.lua").read_text())
        self._postpone = redis.register_script(Path(__file__).with_name("postpone.lua").read_text())
        self._tasks: dict[str, asyncio.Future[bool]] = {}
        self._failed: dict[str, str] = {}
        self._missing: MutableMapping[str, float] = LRUCache(REMEMBERED)

    async def announce(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Note that entries are about to be committed."""
        if entries:
            names = [_name(chat.outbox, entry) for entry in entries]
            await self._batch.run(self._announce, [self._index], [PERIOD, *names], safe=True)

    async def put(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Put entries into a chat's outbox outside of any commit."""
        await self.announce(chat, entries)
        for entry, payload in entries.items():
            await self._batch.send("HSET", chat.outbox, entry, payload, safe=True)

    async def empty(self, chat: ChatKeys, *, but: str) -> bool:
        """Deliver the entries of a chat's outbox.

        Args:
            chat: The chat.
            but: Prefix of the ids of entries to leave there.

        Returns:
            Whether all other entries were delivered.
        """
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(chat.outbox))
        entries = {entry.decode(): payload.decode() for entry, payload in stored.items()}
        others = [entry for entry in entries if not entry.startswith(but)]
        tasks = [self._start(chat.outbox, entry, entries[entry]) for entry in others]
        return all(await asyncio.gather(*tasks))

    def begin(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Begin to deliver committed entries, in their order."""
        for entry, payload in entries.items():
            self._start(chat.outbox, entry, payload, is_logged=True)

    async def send(self, chat: ChatKeys, entries: Mapping[str, str]) -> bool:
        """Deliver committed entries.

        Returns:
            Whether all were delivered within `PATIENCE` seconds; if not, this goes on in the
            background.
        """
        if not entries:
            return True
        tasks = {
            self._start(chat.outbox, entry, payload, is_logged=True)
            for entry, payload in entries.items()
        }
        _, late = await asyncio.wait(tasks, timeout=PATIENCE)
        return not late and all(task.result() for task in tasks)

    async def run(self) -> None:
        """Deliver what was left behind, now and every `PERIOD` seconds, until cancelled."""
        while True:
            try:
                await self._sweep()
            except RedisError as error:
                log.warning("outbox_unreachable", error=str(error))
            await asyncio.sleep(PERIOD)

    async def close(self, within: float) -> None:
        """Finish the deliveries under way, for at most `within` seconds."""
        end = time.monotonic() + within
        # A delivery may begin others.
        while self._tasks:
            await finish(self._tasks.values(), max(0.0, end - time.monotonic()))

    async def _sweep(self) -> None:
        try:
            while len(self._tasks) < UNDER_WAY and await self._deliver_some():
                pass
        finally:
            if self._failed:
                # One line, because thousands of entries may fail for the same reason.
                entry, error = self._failed.popitem()
                log.warning("delivery_failed", entry=entry, error=error, more=len(self._failed))
                self._failed.clear()

    async def _deliver_some(self) -> bool:
        """Take entries that are due and deliver them.

        Returns:
            Whether to go on with more entries in this sweep.
        """
        now, waiting, taken = await self._batch.run(
            self._due, [self._index], [AT_ONCE, PERIOD, MISSING]
        )
        telemetry.outbox_waiting(waiting)
        names = [name.decode() for name in taken]
        # This worker may be delivering one of them still, if Redis was away: leave it alone.
        due = [name.rpartition(" ") for name in names if name not in self._tasks]
        replies = [self._batch.send("HGET", outbox, entry) for outbox, _, entry in due]
        missing, tasks, failures = [], set(), []
        for (outbox, _, entry), payload in zip(
            due, await asyncio.gather(*replies, return_exceptions=True), strict=True
        ):
            if isinstance(payload, BaseException):
                failures.append(payload)  # perhaps of one node of a cluster only
            elif payload is None:
                missing.append(_name(outbox, entry))
            else:
                tasks.add(self._start(outbox, entry, payload.decode()))
        await self._put_off(missing, now)
        delivered = await self._delivered(tasks)
        telemetry.outbox_waiting(waiting - delivered)
        if failures and not delivered:
            raise failures[0]
        return bool(names) and (delivered > 0 or not tasks)

    async def _delivered(self, tasks: Collection[asyncio.Future[bool]]) -> int:
        """Wait `PATIENCE` seconds for deliveries; return how many succeeded."""
        if not tasks:
            return 0
        done, _ = await asyncio.wait(tasks, timeout=PATIENCE)
        return sum(task.result() for task in done)

    async def _put_off(self, names: Sequence[str], now: int) -> None:
        """Put off entries that are not committed yet; forget them after `ABANDONED` seconds."""
        for name in names:
            if time.monotonic() - self._missing.setdefault(name, time.monotonic()) < ABANDONED:
                await self._batch.send("ZADD", self._index, "XX", now + MISSING, name)
            else:
                del self._missing[name]
                await self._batch.send("ZREM", self._index, name)

    def _start(
        self, outbox: str, entry: str, payload: str, *, is_logged: bool = False
    ) -> asyncio.Future[bool]:
        """Start to deliver an entry, unless it is under way.

        Args:
            outbox: The key of its chat's outbox.
            entry: Its id.
            payload: Its payload.
            is_logged: Whether a failure gets a line of its own, and not one for the whole sweep.
        """
        name = _name(outbox, entry)
        if name not in self._tasks:
            self._tasks[name] = start(self._send(outbox, entry, payload, is_logged=is_logged))
            self._tasks[name].add_done_callback(lambda _: self._tasks.pop(name))
        return self._tasks[name]

    async def _send(self, outbox: str, entry: str, payload: str, *, is_logged: bool) -> bool:
        keeping = start(self._keep_taken(_name(outbox, entry)))
        try:
            await self._send_one(outbox, entry, payload)
        except Exception as error:  # noqa: BLE001 - any error: the entry is tried again
            telemetry.entry_tried("failed")
            if is_logged:
                log.warning("delivery_failed", entry=entry, error=type(error).__name__)
            else:
                self._failed[entry] = type(error).__name__
            return False
        finally:
            keeping.cancel()
        return True

    async def _keep_taken(self, name: str) -> None:
        """Put an entry off until cancelled, so that no other worker delivers it meanwhile."""
        while True:
            await asyncio.sleep(PERIOD / 3)
            with suppress(RedisError):  # another worker may then try, which does no harm
                await self._batch.run(self._postpone, [self._index], [PERIOD, name])

    async def _send_one(self, outbox: str, entry: str, payload: str) -> None:
        refusal = afterwards = None
        try:
            afterwards = await self._deliver(self, entry, payload)
        except UndeliverableError as error:
            refusal = str(error)
        telemetry.entry_tried("delivered" if refusal is None else "undeliverable")
        if refusal is not None:
            # No traceback: its chained errors may quote the row.
            log.error("undeliverable", entry=entry, error=refusal)
            await self._redis.hset(self._aside, entry, payload)
        await self._batch.send("HDEL", outbox, entry)
        await self._batch.send("ZREM", self._index, _name(outbox, entry))
        if afterwards:
            with suppress(RedisError):
                await afterwards()


def _name(outbox: str, entry: str) -> str:
    return f"{outbox} {entry}"
