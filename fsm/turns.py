"""Whose turn it is to draw on a message that several workers share."""

import zlib
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

from fsm.batch import Batch
from fsm.crew import Crew
from fsm.keys import ChatKeys
from fsm.outcome import Drawing
from fsm.pace import Pace
from fsm.store import SCRIPTS

MEMORY = 60
"""Seconds that what was drawn last is remembered."""

log = structlog.get_logger(__name__)


class Turn(NamedTuple):
    """A turn that was given.

    Attributes:
        age: Seconds since then, by the clock of Redis' server.
        version: The version of the record that was to be drawn.
        told: The time by that clock, seconds since 1970.
    """

    age: float
    version: str
    told: float


class Turns:
    """Keeps the workers of a crew at the pace that one of them would keep.

    Who works alone asks nobody. In a crew each drawing asks Redis first: so a chat gets no
    more edits than from one worker, and no number goes back to one that was there before.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
        crew: Who shares the bot.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int, crew: Crew) -> None:
        self._batch = batch
        self._bot_id = bot_id
        self._crew = crew
        self._last = redis.register_script((SCRIPTS / "last_turn.lua").read_text())
        self._take = redis.register_script((SCRIPTS / "turn.lua").read_text())

    @property
    def are_shared(self) -> bool:
        """Whether others draw, too."""
        return self._crew.size > 1

    async def take(
        self, drawing: Drawing, target: int, version: str, pace: Pace, *, changes: bool
    ) -> float | None:
        """Ask for the turn.

        Args:
            drawing: What is to be drawn.
            target: The message, below 0 for one that is still to be sent.
            version: The version of the record that it shows.
            pace: What Telegram bears of the chat.
            changes: Whether the buttons change, as far as this worker knows.

        Returns:
            Seconds to wait before asking again, 0 to draw now, None where another worker
            has drawn something later, or will. The chat's pace is as all workers have left
            it then.
        """
        if not self.are_shared:
            return 0.0
        chat = ChatKeys(self._bot_id, drawing.chat_id)
        keys = [chat.pace, chat.drawn(target), drawing.record]
        window: list[str | int] = [version, _digest(drawing), MEMORY, int(changes), target]
        # Each of the others may be about to draw an older one, too.
        arguments = [pace.burst, pace.rate, *window, self._crew.size - 1]
        try:
            verdict, tokens = await self._batch.run(self._take, keys, arguments)
        except RedisError as error:
            # Then each at the pace that it keeps by itself.
            log.warning("turn_unreachable", error=str(error))
            return 0.0
        left = float(tokens)
        pace.cap(left)
        if verdict == b"late":
            return None
        return (1 - left) / pace.rate if verdict == b"wait" else 0.0

    async def last(self, chat_id: int | str, message_id: int) -> Turn | None:
        """Tell of the turn that was given last on a message, None where nobody knows."""
        drawn = ChatKeys(self._bot_id, chat_id).drawn(message_id)
        try:
            turn = await self._batch.run(self._last, [drawn], [])
        except (RedisError, RedisClusterException) as error:
            log.warning("turn_unreachable", error=str(error))
            return None
        return turn and Turn(float(turn[0]), turn[1].decode(), float(turn[2]))


def _digest(drawing: Drawing) -> int:
    """Tell sets of buttons apart, in every process alike."""
    markup = drawing.content and drawing.content.reply_markup
    return zlib.crc32(markup.model_dump_json().encode()) if markup else 0
