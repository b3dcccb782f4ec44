"""Draws what was committed, each message by itself, at the pace that Telegram bears."""

from collections.abc import MutableMapping
from functools import partial

from aiogram import Bot
from aiogram.types import Message
from cachetools import LRUCache

from durable_dialogs.drawing.edit_permits import EditPermit, EditPermits
from durable_dialogs.drawing.edit_queue import EditLimits, EditQueue, OnUpgrade
from durable_dialogs.drawing.global_rate_limiter import GlobalRateLimiter
from durable_dialogs.drawing.message_editor import (
    REMEMBERED,
    MessageEditor,
    OnUnsent,
    ignore,
    message_name,
)
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.tasks import finish
from durable_dialogs.token_bucket import TokenBucket

PERSON_PACE = partial(TokenBucket, burst=4, rate=1)
"""About 1 request a second in one chat, while short bursts pass (Bot FAQ, "My bot is
hitting limits, how do I avoid this?")."""
GROUP_PACE = partial(TokenBucket, burst=5, rate=1 / 4)
"""At most 20 a minute in one group (likewise): 5 at once, and 15 in the rest of the minute."""
REST = 0.5
"""Seconds of a stop that are left for what comes after the last drawing."""


class Renderer:
    """Draws the windows of all stacks.

    Args:
        bot: Whose messages they are.
        store: Where the message of a stack is noted.
        turns: Gives the turn on messages that several workers share.
        senders: Has each first message sent by one of them.
        on_upgrade: Is told when a group turns out to be a supergroup of another id by now.
        on_unsent: Is told of a window that can't be sent anywhere.
    """

    def __init__(  # noqa: PLR0913 - what it draws with, and whom it tells
        self,
        bot: Bot,
        store: DialogStore,
        turns: EditPermits,
        senders: Senders,
        *,
        on_upgrade: OnUpgrade,
        on_unsent: OnUnsent = ignore,
    ) -> None:
        self._canvas = MessageEditor(bot, store, senders, on_unsent)
        self._turns = turns
        self._on_upgrade = on_upgrade
        self._screens: dict[str, EditQueue] = {}
        self._paces: MutableMapping[int | str, TokenBucket] = LRUCache(REMEMBERED)
        self._line = GlobalRateLimiter()

    def add(self, drawing: Drawing, version: str) -> bool:
        """Have a window drawn as soon as Telegram lets it, or a later one in its place.

        A message that shows just that already, as far as this process knows, is
        left alone: Telegram refuses an edit that changes nothing.

        Args:
            drawing: What is to be drawn.
            version: The version of the record that it shows.

        Returns:
            Whether the message will follow soon.
        """
        # By the message, not by the stack: stacks hand a message on to each other.
        key = message_name(drawing.chat_id, drawing.target)
        if key not in self._screens:
            self._screens[key] = EditQueue(
                self._canvas,
                EditLimits(self._pace_of(drawing.chat_id), self._line, self._turns),
                self._on_upgrade,
                lambda: self._screens.pop(key),
            )
        return self._screens[key].add(drawing, version)

    async def follows(self, drawing: Drawing) -> bool:
        """Tell whether a message will follow soon, once others who draw on it were asked.

        Args:
            drawing: What was added, when it seemed so.
        """
        screen = self._screens.get(message_name(drawing.chat_id, drawing.target))
        return screen is None or await screen.follows()

    def is_unsent(self, drawing: Drawing) -> bool:
        """Tell whether a fresh message could not be sent, because the bot may not write there."""
        return self._canvas.is_unsent(drawing)

    async def finish(self, chat_id: int | str, message_id: int) -> None:
        """Wait until what is to be drawn on a message now is drawn, or given up."""
        if screen := self._screens.get(message_name(chat_id, message_id)):
            await screen.finish()

    def see(self, message: Message) -> None:
        """Learn from a message that was pressed which buttons it has."""
        self._canvas.see(message)

    def note(self, drawing: Drawing, version: str) -> None:
        """Learn what a message shows that somebody has just posted."""
        self._canvas.note(drawing, version)

    def forget(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows: others may have drawn on it since."""
        self._canvas.forget(chat_id, message_id)

    def start_anew(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows, and which edits have failed: it is drawn again."""
        self._canvas.start_anew(chat_id, message_id)

    @property
    def room(self) -> int:
        """How many windows that nobody waits for may be drawn in the next second."""
        return self._line.room

    async def last_turn(self, chat_id: int | str, message_id: int) -> EditPermit | None:
        """Tell of the turn that was given last on a message, None where nobody knows."""
        return await self._turns.last(chat_id, message_id)

    def edited_until(self, chat_id: int | str, message_id: int) -> float | None:
        """Give after when this process has had no edit of a message under way.

        Returns:
            Seconds of the monotonic clock; None where that is not remembered.
        """
        return self._canvas.edited_until(chat_id, message_id)

    def is_left(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether the last window of a message was left to another worker."""
        return self._canvas.is_left(chat_id, message_id)

    def is_doubtful(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether an edit of a message has failed that may be carried out later."""
        return self._canvas.is_doubtful(chat_id, message_id)

    def share(self, workers: int) -> None:
        """Leave the others their part of what Telegram bears of all chats.

        Args:
            workers: How many share the bot, this one among them.
        """
        self._line.share(workers)
        for screen in self._screens.values():
            screen.wake()

    @property
    def pending(self) -> set[str]:
        """The records that wait to be drawn."""
        return {record for screen in self._screens.values() for record in screen.records}

    async def close(self, within: float) -> None:
        """Draw what Telegram bears in `within` seconds; the rest is left to others."""
        drawing = [screen.hurry() for screen in self._screens.values()]
        await finish(drawing, max(0.0, within - REST))

    def _pace_of(self, chat_id: int | str) -> TokenBucket:
        if chat_id not in self._paces:
            # Of an inline message nobody knows the chat; it may be a group.
            is_private = isinstance(chat_id, int) and chat_id > 0
            self._paces[chat_id] = PERSON_PACE() if is_private else GROUP_PACE()
        return self._paces[chat_id]
