"""The quarantine: updates that can't be read, and payments that failed, kept for the operator.

A newer version may read them, so their bytes are kept as they came. They contain what people sent,
so they are kept for a limited time, and the list of them shows nothing that people sent.
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
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.telegram.raw_updates import id_of
from durable_dialogs.telemetry import telemetry

KEPT = 30 * 24 * 60 * 60
"""Seconds that an update is kept."""
MOST = 1_000
"""Updates that are kept at most; beyond, the oldest are dropped, payments last."""
BYTES = 8 * 1024 * 1024
"""Bytes of all updates that are kept at most; beyond, the oldest are dropped, payments last."""
AT_ONCE = 20
"""Updates that a worker takes at a time to try them again."""
LEASE = 60
"""Seconds for which an update is left to the worker that has taken it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """An update of the quarantine, without its content.

    Attributes:
        name: Its `update_id`, or `x` and a digest if it has none.
        since: When it was set aside.
        size: Its size in bytes.
        kind: Its kind, such as `message`; "" if the kind can't be read.
        why: The paths of the parts that can't be read; ends with `failed` if a handler failed.
    """

    name: str
    since: datetime
    size: int
    kind: str
    why: str

    @classmethod
    def of(cls, name: str, note: bytes) -> Self:
        """Parse the note that `set_aside.lua` has written about an update."""
        since, size, kind, why = note.decode().split(" ", 3)
        return cls(name, datetime.fromtimestamp(int(since), UTC), int(size), kind, why)


class Quarantine:
    """Keeps updates in Redis, all in one hash slot.

    Every method raises `RedisError` if Redis can't be used.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys) -> None:
        self._batch = batch
        self._key = keys.own("quarantine")
        self._notes = f"{self._key}:notes"
        self._again = f"{self._key}:again"
        scripts = Path(__file__).parent
        self._set_aside = redis.register_script((scripts / "set_aside.lua").read_text())
        self._drop = redis.register_script((scripts / "drop.lua").read_text())
        self._due = redis.register_script(Path(outbox.__file__).with_name("due.lua").read_text())

    async def put(self, body: bytes, kind: str, why: str) -> None:
        """Keep an update; if it is kept already, its entry stays as it is.

        Args:
            body: Its bytes as they came.
            kind: Its kind; "" if the kind can't be read.
            why: The paths of the parts that can't be read; see `Reading.why`.
        """
        name = name_of(body)
        dropped = await self._batch.run(
            self._set_aside,
            [self._entry(name), self._key, self._notes],
            [name, body, f"{len(body)} {kind} {why}", KEPT, MOST, BYTES],
            safe=True,
        )
        for other in dropped:
            telemetry.update_unreadable("dropped")
            log.error("quarantine_full", update=other.decode())
            await self._batch.send("DEL", self._entry(other.decode()))

    async def entries(self) -> list[Entry]:
        """List the updates that are kept, oldest first."""
        since = time.time() - KEPT
        kept = await self._batch.send("ZRANGEBYSCORE", self._key, since, "+inf")
        names = [name.decode() for name in kept]
        notes = await self._batch.send("HMGET", self._notes, *names) if names else []
        return [Entry.of(*pair) for pair in zip(names, notes, strict=True) if pair[1]]

    async def body(self, name: str) -> bytes | None:
        """Return an update's bytes, None if it is not kept."""
        body: bytes | None = await self._batch.send("GET", self._entry(name))
        return body

    async def drop(self, name: str) -> bool:
        """Remove an update; tell whether it was kept."""
        keys = [self._entry(name), self._key, self._notes, self._again]
        return bool(await self._batch.run(self._drop, keys, [name]))

    async def ask_again(self, names: Iterable[str]) -> None:
        """Have the running bot, or the next that starts, try updates again."""
        for name in names:
            await self._batch.send("ZADD", self._again, 0, name)
        await self._batch.send("EXPIRE", self._again, KEPT)

    async def due(self) -> dict[str, bytes]:
        """Take updates to try again: their bytes by name.

        Other workers leave them alone for `LEASE` seconds.
        """
        _, _, names = await self._batch.run(self._due, [self._again], [AT_ONCE, LEASE, LEASE])
        taken = {}
        for name in map(bytes.decode, names):
            if body := await self.body(name):
                taken[name] = body
            else:
                await self.drop(name)
        return taken

    async def keep(self, name: str) -> None:
        """Stop trying an update again, because it still can't be used; it stays kept."""
        await self._batch.send("ZREM", self._again, name)

    def _entry(self, name: str) -> str:
        return f"{self._key}:{name}"


def name_of(body: bytes) -> str:
    """Return the name of an update: its id, or a digest if it has none."""
    update_id = id_of(body)
    return f"x{hashlib.sha256(body).hexdigest()[:12]}" if update_id is None else str(update_id)
