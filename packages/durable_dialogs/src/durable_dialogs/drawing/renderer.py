"""The renderer: it draws committed windows, each message by an edit queue of its own."""

from collections.abc import MutableMapping
from functools import partial

from aiogram.types import Message
from cachetools import LRUCache

from durable_dialogs.drawing.edit_limits import EditLimits
from durable_dialogs.drawing.edit_queue import EditQueue, OnUpgrade
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.rate_limits import GlobalRateLimiter
from durable_dialogs.drawing.shown_messages import REMEMBERED, ShownMessage, message_name
from durable_dialogs.state.outcome import Drawing, Drawn
from durable_dialogs.tasks import finish
from durable_dialogs.telemetry import telemetry
from durable_dialogs.token_bucket import TokenBucket

PRIVATE_BUCKET = partial(TokenBucket, burst=4, rate=1)
"""The token bucket of a private chat: about 1 request a second, and short bursts (Bot FAQ, "My
bot is hitting limits, how do I avoid this?")."""

GROUP_BUCKET = partial(TokenBucket, burst=5, rate=1 / 4)
"""The token bucket of a group, which allows 20 requests a minute (ibid.): 5 at once, and 15 in
the rest of the minute."""

MAX_QUEUES = 2_000
"""Messages whose edits may wait at the same time; this bounds memory. Twice as many if the edit is
urgent. Others are left to the pending redraws."""

STOP_RESERVE = 0.5
"""Seconds of a stop that are kept for what comes after the last edit."""


class Renderer:
    """Draws the windows of all stacks.

    Args:
        editor: Sends and edits messages.
        on_upgrade: Called if a group has become a supergroup with another id.
    """

    def __init__(self, editor: MessageEditor, *, on_upgrade: OnUpgrade) -> None:
        self._editor = editor
        self._shown = editor.shown
        self._on_upgrade = on_upgrade
        self._queues: dict[str, EditQueue] = {}
        self._buckets: MutableMapping[int | str, TokenBucket] = LRUCache(REMEMBERED)
        self._limiter = GlobalRateLimiter()

    def add(self, drawing: Drawing, version: str) -> bool:
        """Draw a window, or a later one in its place, as soon as the rate limits allow.

        The renderer makes no edit if the message shows that window already, as far as this
        process knows, because Telegram refuses an edit that changes nothing.

        Args:
            drawing: What is to be drawn.
            version: The version of the record that the drawing shows.

        Returns:
            Whether the message will follow soon.
        """
        # By the message and not by the stack, because a stack may hand its message on.
        key = message_name(drawing.chat_id, drawing.target)
        if key not in self._queues:
            message = self._shown.of(drawing.chat_id, drawing.target)
            if not (self._has_room or self._has_urgent_room(message, drawing)):
                self._shown.doubt(message)
                telemetry.edit_done(Drawn.DROPPED)
                return False
            self._queues[key] = EditQueue(
                self._editor,
                EditLimits(self._bucket_of(drawing.chat_id), self._limiter, message),
                self._on_upgrade,
                lambda: self._queues.pop(key),
            )
        return self._queues[key].add(drawing, version)

    def is_unsent(self, drawing: Drawing) -> bool:
        """Tell whether a new message could not be sent because the bot may not write there."""
        message = self._shown.find(drawing.chat_id, drawing.target)
        return message is not None and message.is_unsent

    async def finish(self, chat_id: int | str, message_id: int) -> None:
        """Wait until the pending edits of a message are made or given up."""
        if queue := self._queues.get(message_name(chat_id, message_id)):
            await queue.finish()

    def see(self, message: Message) -> None:
        """Learn the buttons of a message from a press on it."""
        self._shown.see(message)

    def note(self, drawing: Drawing, version: str) -> None:
        """Learn what a message shows that a person has just posted."""
        self._shown.of(drawing.chat_id, drawing.target).note(drawing, version)

    def showing(self, record: str) -> set[tuple[int | str, int]]:
        """Return chat and id of the messages that this process drew last for a record."""
        return self._shown.showing(record)

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget all about a message, before it is drawn again."""
        self._shown.reset(chat_id, message_id)

    @property
    def background_capacity(self) -> int:
        """How many background edits may begin in the next second, at least 1."""
        return self._limiter.background_capacity if self._has_room else 1

    def is_doubtful(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether an edit of a message failed that is not repeated or may still be made."""
        return self._shown.is_doubtful(chat_id, message_id)

    def share(self, workers: int) -> None:
        """Use only this worker's share of the rate limit over all chats.

        Args:
            workers: Number of workers that run the bot, this one included.
        """
        self._limiter.share(workers)

    @property
    def pending(self) -> set[str]:
        """The records with a pending edit."""
        return {record for queue in self._queues.values() for record in queue.records}

    async def close(self, within: float) -> None:
        """Make the edits that Telegram allows in `within` seconds; other workers make the rest."""
        drawing = [queue.hurry() for queue in self._queues.values()]
        await finish(drawing, max(0.0, within - STOP_RESERVE))

    @property
    def _has_room(self) -> bool:
        return len(self._queues) < MAX_QUEUES

    def _has_urgent_room(self, message: ShownMessage, drawing: Drawing) -> bool:
        return len(self._queues) < 2 * MAX_QUEUES and message.changes_buttons(drawing)

    def _bucket_of(self, chat_id: int | str) -> TokenBucket:
        if chat_id not in self._buckets:
            # The chat of an inline message is not known; it may be a group.
            is_private = isinstance(chat_id, int) and chat_id > 0
            self._buckets[chat_id] = PRIVATE_BUCKET() if is_private else GROUP_BUCKET()
        return self._buckets[chat_id]
