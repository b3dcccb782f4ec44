"""Updates that can't be read, kept for the person who runs the bot.

A newer version may read them, so they are kept as they came. They hold what people sent, so they
are kept for a limited time, and what the list shows of them is not from people.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import structlog
from redis.asyncio import Redis

from durable_dialogs.delivery import outbox
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import PREFIX
from durable_dialogs.telegram.raw_updates import id_of
from durable_dialogs.telemetry import telemetry

KEPT = 30 * 24 * 60 * 60
"""Seconds that an update is kept."""
MOST = 1_000
"""Updates that are kept at most, and
BYTES: how many bytes they have at most. Beyond, the oldest go first."""
BYTES = 8 * 1024 * 1024
AT_ONCE = 20
"""Updates that are tried again in one go."""
LEASE = 60
"""Seconds for which an update that is being tried again is left to who does it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of an update without looking into it.

    Attributes:
        name: Its `update_id`, or `x` and a digest if it has none.
        since: When it was set aside.
        size: Its bytes.
        kind: Its kind, such as `message`; "" if that can't be read.
        why: Where the parts stand that can't be read.
    """

    name: str
    since: datetime
    size: int
    kind: str
    why: str

    @classmethod
    def of(cls, name: str, note: bytes) -> Self:
        """Read what the script has noted of an update."""
        since, size, kind, why = note.decode().split(" ", 3)
        return cls(name, datetime.fromtimestamp(int(since), UTC), int(size), kind, why)


class Quarantine:
    """Keeps updates in Redis, all in one hash slot.

    Every method raises `RedisError` if Redis can't be used.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int) -> None:
        self._batch = batch
        self._key = f"{PREFIX}:{{{bot_id}}}:quarantine"
        self._notes = f"{self._key}:notes"
        self._again = f"{self._key}:again"
        self._set_aside = redis.register_script(
            Path(__file__).with_name("set_aside.lua").read_text()
        )
        self._due = redis.register_script(Path(outbox.__file__).with_name("due.lua").read_text())

    async def put(self, body: bytes, kind: str, why: str) -> None:
        """Keep an update; one that is kept already stays as it is.

        Args:
            body: Its bytes as they came.
            kind: Its kind, "" if that can't be read.
            why: Where the parts stand that can't be read.
        """
        name = name_of(body)
        gone = await self._batch.run(
            self._set_aside,
            [self._entry(name), self._key, self._notes],
            [name, body, f"{len(body)} {kind} {why}", KEPT, MOST, BYTES],
            safe=True,
        )
        for other in gone:
            telemetry.update_unreadable("dropped")
            log.error("quarantine_full", update=other.decode())
            await self._batch.send("DEL", self._entry(other.decode()))

    async def entries(self) -> list[Entry]:
        """List what is kept, oldest first."""
        since = time.time() - KEPT
        kept = await self._batch.send("ZRANGEBYSCORE", self._key, since, "+inf")
        names = [name.decode() for name in kept]
        notes = await self._batch.send("HMGET", self._notes, *names) if names else []
        return [Entry.of(*pair) for pair in zip(names, notes, strict=True) if pair[1]]

    async def body(self, name: str) -> bytes | None:
        """Give an update's bytes, None if it is not kept."""
        body: bytes | None = await self._batch.send("GET", self._entry(name))
        return body

    async def drop(self, name: str) -> bool:
        """Forget an update; tell whether it was kept."""
        await self._batch.send("DEL", self._entry(name))
        await self._batch.send("ZREM", self._again, name)
        await self._batch.send("HDEL", self._notes, name)
        return bool(await self._batch.send("ZREM", self._key, name))

    async def ask_again(self, names: Iterable[str]) -> None:
        """Have the running bot, or the next that starts, try updates again."""
        for name in names:
            await self._batch.send("ZADD", self._again, 0, name)
        await self._batch.send("EXPIRE", self._again, KEPT)

    async def due(self) -> dict[str, bytes]:
        """Take updates that are to be tried again, by name; others leave them alone meanwhile."""
        _, _, names = await self._batch.run(self._due, [self._again], [AT_ONCE, LEASE, LEASE])
        taken = {}
        for name in map(bytes.decode, names):
            if body := await self.body(name):
                taken[name] = body
            else:
                await self.drop(name)
        return taken

    async def keep(self, name: str) -> None:
        """Keep an update that was tried again and still can't be read."""
        await self._batch.send("ZREM", self._again, name)

    def _entry(self, name: str) -> str:
        return f"{self._key}:{name}"


def name_of(body: bytes) -> str:
    """Name an update: by its id, by a digest if it has none."""
    update_id = id_of(body)
    return f"x{hashlib.sha256(body).hexdigest()[:12]}" if update_id is None else str(update_id)
