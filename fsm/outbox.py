"""What was committed in Redis and must reach a place outside of it, at least once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.batch import Batch
from fsm.keys import PREFIX, ChatKeys
from fsm.tasks import finish
from metrics import DELIVERIES, OUTBOX_WAITING, begin

Deliver = Callable[["Outbox", str, str], Awaitable[None]]
"""Delivers an entry, given the outbox, its id and payload; may be called twice for one entry.

Raises `UndeliverableError` where trying again can't help.
"""

PATIENCE = 1.0
"""Seconds that a person waits for a delivery that the commit has made sure of anyway."""
PERIOD = 3.0
"""Seconds between two looks at what is left."""
ABANDONED = 60 * 60
"""Seconds after which an announced entry that never came is forgotten."""

begin(DELIVERIES, ("delivered", "failed", "undeliverable"))

log = structlog.get_logger(__name__)


class UndeliverableError(Exception):
    """An entry will never be taken; it is set aside, to be looked at."""


class Outbox:
    """Delivers entries at once, and again until they have arrived.

    An entry stands in its chat's outbox, written by the commit. Which outboxes
    to look into is announced before the commit in one index of the bot's: that
    can't be in the chat's hash slot, and an announcement too many does no harm.

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
        self._tasks: dict[str, asyncio.Task[bool]] = {}

    async def announce(self, chat: ChatKeys, entries: Mapping[str, str]) -> None:
        """Note that entries are about to be committed."""
        if entries:
            now = time.time()
            scores = [part for entry in entries for part in (now, _name(chat.outbox, entry))]
            await self._batch.send("ZADD", self._index, *scores, safe=True)

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
        tasks = {self._start(chat.outbox, entry, payload) for entry, payload in entries.items()}
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
        announced = cast(
            "list[tuple[bytes, float]]",
            await self._redis.zrange(self._index, 0, -1, withscores=True),
        )
        places = [member.decode().rpartition(" ") for member, _ in announced]
        asked = [self._batch.send("HGET", outbox, entry) for outbox, _, entry in places]
        waiting, failures = 0, []
        for (member, since), (outbox, _, entry), payload in zip(
            announced, places, await asyncio.gather(*asked, return_exceptions=True), strict=True
        ):
            if isinstance(payload, BaseException):
                failures.append(payload)  # of one node of a cluster, perhaps
            elif payload is not None:
                # What takes long, such as an export, goes on beside the rest, and is not
                # waited for again.
                is_new = _name(outbox, entry) not in self._tasks
                task = self._start(outbox, entry, payload.decode())
                if is_new:
                    await asyncio.wait({task}, timeout=PATIENCE)
                waiting += not (task.done() and task.result())
            elif since < time.time() - ABANDONED:
                await self._redis.zrem(self._index, member)
        OUTBOX_WAITING.set(waiting + len(failures))
        if failures:
            raise failures[0]

    def _start(self, outbox: str, entry: str, payload: str) -> asyncio.Task[bool]:
        """Send an entry, unless it is on its way."""
        name = _name(outbox, entry)
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._send(outbox, entry, payload))
            self._tasks[name].add_done_callback(lambda _: self._tasks.pop(name))
        return self._tasks[name]

    async def _send(self, outbox: str, entry: str, payload: str) -> bool:
        try:
            await self._send_one(outbox, entry, payload)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            DELIVERIES.labels("failed").inc()
            log.warning("delivery_failed", entry=entry, error=type(error).__name__)
            return False
        return True

    async def _send_one(self, outbox: str, entry: str, payload: str) -> None:
        try:
            await self._deliver(self, entry, payload)
            DELIVERIES.labels("delivered").inc()
        except UndeliverableError as error:
            DELIVERIES.labels("undeliverable").inc()
            log.exception("undeliverable", entry=entry, error=str(error))
            await self._redis.hset(self._aside, entry, payload)
        await self._redis.hdel(outbox, entry)
        await self._redis.zrem(self._index, _name(outbox, entry))


def _name(outbox: str, entry: str) -> str:
    return f"{outbox} {entry}"
