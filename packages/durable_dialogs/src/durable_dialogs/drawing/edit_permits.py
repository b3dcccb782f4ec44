"""Edit permits: they keep several workers from drawing an older window last."""

import time
import zlib
from collections.abc import MutableMapping
from pathlib import Path
from typing import NamedTuple

import structlog
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.drawing.shown_messages import REMEMBERED
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.token_bucket import TokenBucket
from durable_dialogs.workers.registry import WorkerRegistry

MEMORY = 60
"""Seconds for which Redis remembers the last permit of a message."""

TOLERANCE = 0.03
"""Seconds that a clock may drift, and that an answer may take, for two readings to count as those
of one clock that was not set in between."""

log = structlog.get_logger(__name__)


class EditPermit(NamedTuple):
    """A permit that some worker has got.

    Attributes:
        age: Seconds since then, by the clock of the Redis server.
        version: The version of the record that was to be drawn.
        is_by_same_clock: Whether that clock has kept in step with this worker's clock since the
            last permit that this worker got for the message, within twice `TOLERANCE`.
    """

    age: float
    version: str
    is_by_same_clock: bool


class EditPermits:
    """Gives edit permits, so that several workers edit a chat as fast as one worker would.

    A worker that runs alone needs no permit. If there are several, each asks Redis before each
    edit. So no chat gets more edits than from one worker, and no message goes back to an older
    window.

    Args:
        redis: The connection, which must return bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        workers: The live workers.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, workers: WorkerRegistry) -> None:
        self._batch = batch
        self._keys = keys
        self._workers = workers
        # How many seconds the server's clock was ahead when this worker got a message's permit.
        self._ahead: MutableMapping[str, float | None] = LRUCache(REMEMBERED)
        scripts = Path(__file__).parent
        self._last = redis.register_script((scripts / "last_edit_permit.lua").read_text())
        self._take = redis.register_script((scripts / "edit_permit.lua").read_text())

    @property
    def are_shared(self) -> bool:
        """Whether other workers draw, too."""
        return self._workers.size > 1

    async def take(
        self,
        edit: PendingEdit,
        target: int,
        bucket: TokenBucket,
        *,
        changes: bool,
        may_skip: bool,
    ) -> float | None:
        """Ask for the permit to draw on a message.

        Args:
            edit: What is to be drawn.
            target: The message's id, or a placeholder below 0 if it is not sent yet.
            bucket: The chat's token bucket; afterwards it has no more tokens than all workers
                together have left.
            changes: Whether the buttons change, as far as this worker knows.
            may_skip: Whether the edit may be skipped if another worker has committed a later
                version, and will draw that when it can.

        Returns:
            Seconds to wait before asking again, 0 to draw now, None to skip the edit because
            another worker has drawn a later version, or will.
        """
        if not self.are_shared:
            return 0.0
        chat = self._keys.chat(edit.drawing.chat_id)
        drawn = chat.drawn(target)
        window: list[str | int] = [
            edit.version,
            _digest(edit.drawing),
            MEMORY,
            int(changes),
            target,
        ]
        # Each of the other workers may be about to draw an older version, too.
        skips = self._workers.size - 1 if may_skip else 0
        arguments = [bucket.burst, bucket.rate, *window, skips]
        asked = time.monotonic()
        try:
            verdict, tokens, told = await self._batch.run(
                self._take, [chat.token_bucket, drawn, edit.drawing.record], arguments
            )
        except RedisError as error:
            # Without Redis each worker goes by its own token bucket.
            log.warning("edit_permit_unavailable", error=str(error))
            return 0.0
        left = float(tokens)
        bucket.cap(left)
        if verdict == b"skip":
            return None
        if verdict == b"draw":
            self._ahead[drawn] = _ahead(float(told), asked)
        return (1 - left) / bucket.rate if verdict == b"wait" else 0.0

    async def last(self, chat_id: int | str, message_id: int) -> EditPermit | None:
        """Return the last permit that any worker got for a message, None if it is not known."""
        drawn = self._keys.chat(chat_id).drawn(message_id)
        asked = time.monotonic()
        try:
            permit = await self._batch.run(self._last, [drawn], [])
        except (RedisError, RedisClusterException) as error:
            log.warning("edit_permit_unavailable", error=str(error))
            return None
        if not permit:
            return None
        age, version, told = permit
        before, now = self._ahead.get(drawn), _ahead(float(told), asked)
        # If the clock kept in step from before that permit until now, it did so at the permit, too.
        is_same = before is not None and now is not None and abs(now - before) <= TOLERANCE
        return EditPermit(float(age), version.decode(), is_same)


def _ahead(told: float, asked: float) -> float | None:
    """Return how many seconds a server's clock is ahead of this process' monotonic clock.

    Args:
        told: The time that the server has told.
        asked: When it was asked, by the monotonic clock.

    Returns:
        The seconds, None if the answer took too long to tell.
    """
    now = time.monotonic()
    return told - now if now - asked <= TOLERANCE else None


def _digest(drawing: Drawing) -> int:
    """Return a checksum of the buttons that is the same in every process."""
    markup = drawing.content and drawing.content.reply_markup
    return zlib.crc32(markup.model_dump_json().encode()) if markup else 0
