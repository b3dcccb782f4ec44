"""Whose turn it is to draw on a message that several workers share."""

import time
import zlib
from collections.abc import MutableMapping
from pathlib import Path
from typing import NamedTuple

import structlog
from cachetools import LRUCache
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from durable_dialogs.drawing.message_editor import REMEMBERED
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import ChatKeys
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.token_bucket import TokenBucket

MEMORY = 60
"""Seconds that what was drawn last is remembered."""

STEADY = 0.03
"""Seconds that a clock may gain or lose, and that an answer may take, for the clock that tells
to count as the same one, which nobody has set."""

log = structlog.get_logger(__name__)


class EditPermit(NamedTuple):
    """A turn that was given.

    Attributes:
        age: Seconds since then, by the clock of Redis' server.
        version: The version of the record that was to be drawn.
        is_by_same_clock: Whether that clock has gone with this worker's, give or take twice
            `STEADY`, since this worker's own last turn on the message.
    """

    age: float
    version: str
    is_by_same_clock: bool


class EditPermits:
    """Keeps the workers of a crew at the pace that one of them would keep.

    Who works alone asks nobody. In a crew each drawing asks Redis first: so a chat gets no
    more edits than from one worker, and no number goes back to one that was there before.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        crew: Who shares the bot.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int, crew: WorkerRegistry) -> None:
        self._batch = batch
        self._bot_id = bot_id
        self._crew = crew
        # How far the server's clock was ahead when it gave this worker the turn on a message.
        self._ahead: MutableMapping[str, float | None] = LRUCache(REMEMBERED)
        self._last = redis.register_script(Path(__file__).with_name("last_turn.lua").read_text())
        self._take = redis.register_script(Path(__file__).with_name("turn.lua").read_text())

    @property
    def are_shared(self) -> bool:
        """Whether others draw, too."""
        return self._crew.size > 1

    async def take(  # noqa: PLR0913 - one question
        self,
        drawing: Drawing,
        target: int,
        version: str,
        pace: TokenBucket,
        *,
        changes: bool,
        may_pass: bool,
    ) -> float | None:
        """Ask for the turn.

        Args:
            drawing: What is to be drawn.
            target: The message, below 0 for one that is still to be sent.
            version: The version of the record that it shows.
            pace: What Telegram bears of the chat.
            changes: Whether the buttons change, as far as this worker knows.
            may_pass: Whether it may be left to another worker that has a later version, and
                will draw it when that worker can.

        Returns:
            Seconds to wait before asking again, 0 to draw now, None where another worker
            has drawn something later, or will. The chat's pace is as all workers have left
            it then.
        """
        if not self.are_shared:
            return 0.0
        chat = ChatKeys(self._bot_id, drawing.chat_id)
        drawn = chat.drawn(target)
        window: list[str | int] = [version, _digest(drawing), MEMORY, int(changes), target]
        # Each of the others may be about to draw an older one, too.
        passes = self._crew.size - 1 if may_pass else 0
        arguments = [pace.burst, pace.rate, *window, passes]
        asked = time.monotonic()
        try:
            verdict, tokens, told = await self._batch.run(
                self._take, [chat.pace, drawn, drawing.record], arguments
            )
        except RedisError as error:
            # Then each at the pace that it keeps by itself.
            log.warning("turn_unreachable", error=str(error))
            return 0.0
        left = float(tokens)
        pace.cap(left)
        if verdict == b"late":
            return None
        if verdict == b"draw":
            self._ahead[drawn] = _ahead(float(told), asked)
        return (1 - left) / pace.rate if verdict == b"wait" else 0.0

    async def last(self, chat_id: int | str, message_id: int) -> EditPermit | None:
        """Tell of the turn that was given last on a message, None where nobody knows."""
        drawn = ChatKeys(self._bot_id, chat_id).drawn(message_id)
        asked = time.monotonic()
        try:
            turn = await self._batch.run(self._last, [drawn], [])
        except (RedisError, RedisClusterException) as error:
            log.warning("turn_unreachable", error=str(error))
            return None
        if not turn:
            return None
        age, version, told = turn
        before, now = self._ahead.get(drawn), _ahead(float(told), asked)
        # What was told before that turn and after it holds for it as well.
        is_same = before is not None and now is not None and abs(now - before) <= STEADY
        return EditPermit(float(age), version.decode(), is_same)


def _ahead(told: float, asked: float) -> float | None:
    """Tell how far a server's clock is ahead of this process', None where that took too long."""
    now = time.monotonic()
    return told - now if now - asked <= STEADY else None


def _digest(drawing: Drawing) -> int:
    """Tell sets of buttons apart, in every process alike."""
    markup = drawing.content and drawing.content.reply_markup
    return zlib.crc32(markup.model_dump_json().encode()) if markup else 0
