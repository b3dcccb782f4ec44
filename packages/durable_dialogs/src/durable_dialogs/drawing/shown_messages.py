"""What messages show, as far as this process knows, and how their last edits ended."""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardMarkup, Message
from aiogram_dialog.api.entities import MarkupVariant
from cachetools import LRUCache

from durable_dialogs.state.outcome import Drawing

REMEMBERED = 10_000
"""Messages that a process remembers at most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows.

    Attributes:
        record: The record.
        version: The record's version.
        markup: The keyboard.
        text: The text, because a window that shows the time changes without its version.
    """

    record: str
    version: str
    markup: MarkupVariant | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ShownMessages:
    """Remembers what this process has drawn last on each message, and how that ended."""

    _shown: MutableMapping[str, Shown] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # The ids of messages that were sent, by their placeholders.
    _sent: MutableMapping[str, int] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # When the last edit of a message was over, in seconds of the monotonic clock.
    _edited: MutableMapping[str, float] = field(default_factory=lambda: LRUCache(REMEMBERED))
    _began: float = field(default_factory=time.monotonic)
    # Messages with a failed edit that Telegram may still carry out.
    _doubtful: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # Messages whose last edit this process skipped for another worker.
    _skipped: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))
    # Messages that could not be sent, by their placeholders.
    _unsent: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(REMEMBERED))

    def target(self, drawing: Drawing) -> int:
        """Return the id of the message to draw on, or a placeholder below 0 if it is not sent."""
        if drawing.target > 0:
            return drawing.target
        return self._sent.get(message_name(drawing.chat_id, drawing.target), drawing.target)

    def changes_buttons(self, drawing: Drawing) -> bool:
        """Tell whether a message surely gets other buttons than it has, or is still to be sent.

        A message that this process does not know most likely keeps its buttons. After a start
        that is every message that is pressed or drawn again.
        """
        if drawing.fresh or drawing.content is None:
            return True
        shown = self._shown.get(self._name(drawing))
        return shown is not None and not same_buttons(shown.markup, drawing.content.reply_markup)

    def shows(self, drawing: Drawing, version: str) -> bool:
        """Tell whether a message shows a window already, as far as this process knows."""
        shown, content = self._shown.get(self._name(drawing)), drawing.content
        if shown is None or content is None or shown.version != version:
            return False
        return shown == Shown(drawing.record, version, content.reply_markup, content.text)

    def is_unsent(self, drawing: Drawing) -> bool:
        """Tell whether a new message could not be sent because the bot may not write there."""
        return message_name(drawing.chat_id, drawing.target) in self._unsent

    def idle_since(self, chat_id: int | str, message_id: int) -> float | None:
        """Return since when this process has not been editing a message.

        Returns:
            Seconds of the monotonic clock, None if that is not remembered.
        """
        # It has not edited an unknown message since it started, unless it has forgotten some.
        since = None if len(self._edited) == REMEMBERED else self._began
        return self._edited.get(message_name(chat_id, message_id), since)

    def is_doubtful(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether an edit of a message failed that Telegram may still carry out."""
        return message_name(chat_id, message_id) in self._doubtful

    def is_skipped(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether this process skipped the last edit of a message for another worker."""
        return message_name(chat_id, message_id) in self._skipped

    def see(self, message: Message) -> None:
        """Learn the buttons of an unknown message from a press on it."""
        name = message_name(message.chat.id, message.message_id)
        if name not in self._shown:
            # Copied, because objects of an update hold their bot and so equal no others.
            markup = message.reply_markup and InlineKeyboardMarkup(
                **message.reply_markup.model_dump()
            )
            self._shown[name] = Shown("", "", markup, None)

    def note(self, drawing: Drawing, version: str) -> None:
        """Note that a message shows a window."""
        if content := drawing.content:
            self._shown[self._name(drawing)] = Shown(
                drawing.record, version, content.reply_markup, content.text
            )

    def note_edited(self, drawing: Drawing) -> None:
        """Note that an edit of a message is over, however it ended."""
        self._edited[self._name(drawing)] = time.monotonic()

    def doubt(self, drawing: Drawing) -> None:
        """Note that an edit failed that Telegram may still carry out."""
        self._doubtful[self._name(drawing)] = True

    def skip(self, drawing: Drawing) -> None:
        """Note that a window is not drawn because another worker draws a later one."""
        self._skipped[self._name(drawing)] = True

    def unskip(self, drawing: Drawing) -> None:
        """Note that this process makes the last edit of a message itself."""
        self._skipped.pop(self._name(drawing), None)

    def note_sent(self, drawing: Drawing, message_id: int) -> None:
        """Note the id of a message that was sent."""
        self._sent[message_name(drawing.chat_id, drawing.target)] = message_id

    def note_unsent(self, drawing: Drawing) -> None:
        """Note that a new message can't be sent because the bot may not write there."""
        self._unsent[message_name(drawing.chat_id, drawing.target)] = True

    def forget(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows."""
        self._shown.pop(message_name(chat_id, message_id), None)

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows, and which of its edits failed or were skipped."""
        self.forget(chat_id, message_id)
        for noted in (self._doubtful, self._skipped):
            noted.pop(message_name(chat_id, message_id), None)

    def _name(self, drawing: Drawing) -> str:
        # Mostly the message is there, and each edit asks for its name several times.
        target = drawing.target if drawing.target > 0 else self.target(drawing)
        return f"{drawing.chat_id}/{target}"


def same_buttons(one: MarkupVariant | None, other: MarkupVariant | None) -> bool:
    """Tell whether two keyboards are equal."""
    # Mostly it is the same object, and comparing all buttons is slow.
    return one is other or one == other


def message_name(chat_id: int | str, message_id: int) -> str:
    """Return a name of a message that is unique among all chats."""
    return f"{chat_id}/{message_id}"
