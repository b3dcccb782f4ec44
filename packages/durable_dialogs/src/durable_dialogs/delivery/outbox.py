"""What was committed in Redis and must reach a place outside of it, at least once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import cast

import structlog
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import PREFIX, ChatKeys
from durable_dialogs.tasks import finish, start
from durable_dialogs.telemetry import telemetry

Deliver = Callable[["Outbox", str, str], Awaitable[None]]
"""Delivers an entry, given the outbox, its id and payload; may be called twice for one entry.

Raises `UndeliverableError` where trying again can't help.
"""

PATIENCE = 1.0
"""Seconds that a person waits for a delivery that the commit has made sure of anyway."""
PERIOD = 3.0
"""Seconds between two looks at what is left, and for which an entry is left to whoever has
announced or taken it."""
AT_ONCE = 20
"""Entries that are taken at a time; if none of them arrives, the rest waits for the next look."""
UNDER_WAY = 1_000
"""Entries on their way beyond which no more are taken."""
MISSING = 60
"""Seconds after which an announced entry that has not come is looked for again."""
ABANDONED = 60 * 60
"""Seconds for which a process looks for an announced entry; then it is forgotten."""
REMEMBERED = 10_000
"""Missing entries of which a process remembers since when."""


log = structlog.get_logger(__name__)


class UndeliverableError(Exception):
    """An entry will never be taken; it is set aside, to be looked at."""


class Outbox:
    """Delivers entries at once, and again until they have arrived.

    An entry stands in its chat's outbox, written by the commit. Which outboxes
    to look into is announced before the commit in one index of the bot's: that
    can't be in the chat's hash slot, and an announcement too many does no harm.

    The index says when each entry is due, by Redis' clock. Whoever takes one puts that
    off, so workers share what is left, and an entry that fails gets behind the others.
    While none arrives a worker tries a few in each period.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        deliver: Takes the entries.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int, deliver: Deliver) -> None:
        self._redis = redis
        self._batch = batch
        self._deliver = deliver
        self._index = f"{PREFIX}:{{{bot_id}}}:outboxes"
        self._aside = f"{PREFIX}:{{{bot_id}}}:undeliverable"
        self._announce = redis.register_script(Path(__file__).with_name("announce.lua").read_text())
        self._due = redis.register_script(Path(__file__).with_name("due.lua").read_text())
        self._tasks: dict[str, asyncio.Future[bool]] = {}
        self._failed: dict[str, str] = {}
        self._missing: MutableMapping[str, float] = LRUCache(REMEMBERED)

    async def announce(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Note that entries are about to be committed."""
        if entries:
            names = [_name(chat.outbox, entry) for entry in entries]
            await self._batch.run(self._announce, [self._index], [PERIOD, *names], safe=True)

    async def put(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Put entries into a chat's outbox that no commit has put there."""
        await self.announce(chat, entries)
        for entry, payload in entries.items():
            await self._batch.send("HSET", chat.outbox, entry, payload, safe=True)

    async def empty(self, chat: ChatKeys, *, but: str) -> bool:
        """Deliver what stands in a chat's outbox.

        Args:
            chat: The chat.
            but: How the ids of the entries begin that are left there.

        Returns:
            Whether all the others have arrived.
        """
        stored = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(chat.outbox))
        entries = {entry.decode(): payload.decode() for entry, payload in stored.items()}
        others = [entry for entry in entries if not entry.startswith(but)]
        tasks = [self._start(chat.outbox, entry, entries[entry]) for entry in others]
        return all(await asyncio.gather(*tasks))

    async def send(self, chat: ChatKeys, entries: Mapping[str, str]) -> bool:
        """Deliver committed entries.

        Returns:
            Whether they have arrived; if that takes long they arrive later.
        """
        if not entries:
            return True
        tasks = {
            self._start(chat.outbox, entry, payload, said=True)
            for entry, payload in entries.items()
        }
        _, late = await asyncio.wait(tasks, timeout=PATIENCE)
        return not late and all(task.result() for task in tasks)

    async def run(self) -> None:
        """Deliver what was left behind, now and every few seconds, until cancelled."""
        while True:
            try:
                await self._sweep()
            except RedisError as error:
                log.warning("outbox_unreachable", error=str(error))
            await asyncio.sleep(PERIOD)

    async def close(self, within: float) -> None:
        """Finish what is being delivered, for at most `within` seconds."""
        await finish(self._tasks.values(), within)

    async def _sweep(self) -> None:
        try:
            while len(self._tasks) < UNDER_WAY and await self._deliver_some():
                pass
        finally:
            if self._failed:
                # One line, as it may be the same for thousands of them.
                entry, error = self._failed.popitem()
                log.warning("delivery_failed", entry=entry, error=error, more=len(self._failed))
                self._failed.clear()

    async def _deliver_some(self) -> bool:
        """Take entries that are due and deliver them; tell whether to go on with others."""
        now, waiting, taken = await self._batch.run(
            self._due, [self._index], [AT_ONCE, PERIOD, MISSING]
        )
        telemetry.outbox_waiting(waiting)
        names = [name.decode() for name in taken]
        # What takes long, such as an export, goes on beside the rest.
        places = [name.rpartition(" ") for name in names if name not in self._tasks]
        asked = [self._batch.send("HGET", outbox, entry) for outbox, _, entry in places]
        missing, tasks, failures = [], set(), []
        for (outbox, _, entry), payload in zip(
            places, await asyncio.gather(*asked, return_exceptions=True), strict=True
        ):
            if isinstance(payload, BaseException):
                failures.append(payload)  # of one node of a cluster, perhaps
            elif payload is None:
                missing.append(_name(outbox, entry))
            else:
                tasks.add(self._start(outbox, entry, payload.decode()))
        await self._put_off(missing, now)
        arrived = await self._arrived(tasks)
        telemetry.outbox_waiting(waiting - arrived)
        if failures and not arrived:
            raise failures[0]
        return bool(names) and (arrived > 0 or not tasks)

    async def _arrived(self, tasks: Collection[asyncio.Future[bool]]) -> int:
        """Wait for deliveries for a moment, and tell how many have arrived."""
        if not tasks:
            return 0
        done, _ = await asyncio.wait(tasks, timeout=PATIENCE)
        return sum(task.result() for task in done)

    async def _put_off(self, names: Sequence[str], now: int) -> None:
        """Leave announced entries alone that are still to come, and forget those that never do."""
        for name in names:
            if time.monotonic() - self._missing.setdefault(name, time.monotonic()) < ABANDONED:
                await self._batch.send("ZADD", self._index, "XX", now + MISSING, name)
            else:
                del self._missing[name]
                await self._batch.send("ZREM", self._index, name)

    def _start(
        self, outbox: str, entry: str, payload: str, *, said: bool = False
    ) -> asyncio.Future[bool]:
        """Send an entry, unless it is on its way.

        Args:
            outbox: Where it stands.
            entry: Its id.
            payload: What it says.
            said: Whether a failure is logged by itself, not with those of a look.
        """
        name = _name(outbox, entry)
        if name not in self._tasks:
            self._tasks[name] = start(self._send(outbox, entry, payload, said=said))
            self._tasks[name].add_done_callback(lambda _: self._tasks.pop(name))
        return self._tasks[name]

    async def _send(self, outbox: str, entry: str, payload: str, *, said: bool) -> bool:
        try:
            await self._send_one(outbox, entry, payload)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            telemetry.entry_tried("failed")
            if said:
                log.warning("delivery_failed", entry=entry, error=type(error).__name__)
            else:
                self._failed[entry] = type(error).__name__
            return False
        return True

    async def _send_one(self, outbox: str, entry: str, payload: str) -> None:
        try:
            await self._deliver(self, entry, payload)
            telemetry.entry_tried("delivered")
        except UndeliverableError as error:
            telemetry.entry_tried("undeliverable")
            # Without the chain, which may quote the row.
            log.error("undeliverable", entry=entry, error=str(error))  # noqa: TRY400
            await self._redis.hset(self._aside, entry, payload)
        await self._batch.send("HDEL", outbox, entry)
        await self._batch.send("ZREM", self._index, _name(outbox, entry))


def _name(outbox: str, entry: str) -> str:
    return f"{outbox} {entry}"
