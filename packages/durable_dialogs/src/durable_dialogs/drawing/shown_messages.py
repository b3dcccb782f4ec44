"""What messages show, as far as this process knows, and how their last edits ended."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

from aiogram.types import InlineKeyboardMarkup, Message
from aiogram_dialog.api.entities import MarkupVariant
from cachetools import LRUCache

from durable_dialogs.state.outcome import Drawing

REMEMBERED = 10_000
"""Messages that a process remembers at most."""

DOUBTED = 100_000
"""Messages at most whose last edit is remembered to have failed. More, because such a message stays
old if that is forgotten."""

TRIES = 6
"""How many times a version is drawn whose drawing ends with an unexpected error."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message shows.

    Attributes:
        record: The record.
        version: The record's version.
        text: The text, because a window that shows the time changes without its version.
    """

    record: str
    version: str
    text: str | None


@dataclass(slots=True, eq=False)
class ShownMessage:
    """What this process knows of one message.

    Attributes:
        chat_id: The chat, or the id of an inline message.
        target: The message's id, or a placeholder below 0 if it is not sent.
        shown: What it shows, None if that is not known.
        markup: If `shown` is known, the keyboard.
        is_unsent: Whether it could not be sent because the bot may not write there.
        placeholder: The placeholder that it had before it was sent, None if it had none.
        failed: The version that could not be drawn because of an unexpected error, "" for none.
        failures: How many times.
    """

    chat_id: int | str
    target: int
    shown: Shown | None = None
    markup: MarkupVariant | None = None
    is_unsent: bool = False
    placeholder: int | None = None
    failed: str = ""
    failures: int = 0

    @property
    def names(self) -> Iterator[str]:
        """The message's names, see `message_name`.

        Redis may know it by its placeholder although it was sent, if its id could not be written.
        """
        yield message_name(self.chat_id, self.target)
        if self.placeholder is not None:
            yield message_name(self.chat_id, self.placeholder)

    def changes_buttons(self, drawing: Drawing) -> bool:
        """Tell whether the message surely gets other buttons than it has, or is still to be sent.

        A message that this process does not know most likely keeps its buttons. After a start
        that is every message that is pressed or drawn again.
        """
        if drawing.fresh or drawing.content is None:
            return True
        return self.shown is not None and not self._has_buttons(drawing.content.reply_markup)

    def shows(self, drawing: Drawing, version: str) -> bool:
        """Tell whether the message shows a window already, as far as this process knows."""
        content = drawing.content
        return (
            content is not None
            and self.shown == Shown(drawing.record, version, content.text)
            and self._has_buttons(content.reply_markup)
        )

    def note(self, drawing: Drawing, version: str) -> None:
        """Note that the message shows a window."""
        if content := drawing.content:
            self.shown = Shown(drawing.record, version, content.text)
            self.markup = content.reply_markup
            self.failed, self.failures = "", 0

    def fail(self, version: str) -> bool:
        """Note that drawing a version has failed unexpectedly; tell whether to draw it again."""
        self.failures = self.failures + 1 if version == self.failed else 1
        self.failed = version
        return self.failures < TRIES

    def forget(self) -> None:
        """Forget what the message shows."""
        self.shown = self.markup = None

    def _has_buttons(self, markup: MarkupVariant | None) -> bool:
        if self.markup is markup:
            return True
        if self.markup != markup:
            return False
        self.markup = markup  # because the next comparison is most likely with the same object
        return True


@dataclass(frozen=True, slots=True)
class ShownMessages:
    """Remembers the messages on which this process has drawn, or which were pressed."""

    _messages: MutableMapping[str, ShownMessage] = field(
        default_factory=lambda: LRUCache(REMEMBERED)
    )
    # Messages with a failed edit that Telegram may still carry out, or that nobody repeats.
    _doubtful: MutableMapping[str, bool] = field(default_factory=lambda: LRUCache(DOUBTED))

    def of(self, chat_id: int | str, target: int) -> ShownMessage:
        """Return a message by its id, or by the placeholder that it had before it was sent."""
        name = message_name(chat_id, target)
        if (message := self._messages.get(name)) is None:
            message = self._messages[name] = ShownMessage(chat_id, target)
        return message

    def find(self, chat_id: int | str, target: int) -> ShownMessage | None:
        """Return a message if this process remembers it; see `of`."""
        return self._messages.get(message_name(chat_id, target))

    def showing(self, record: str) -> set[tuple[int | str, int]]:
        """Return chat and id of the messages that this process drew last for a record."""
        messages = self._messages.values()
        return {
            (each.chat_id, each.target)
            for each in messages
            if each.shown and each.shown.record == record
        }

    def note_sent(self, message: ShownMessage, message_id: int) -> None:
        """Note the id of a message that was sent."""
        if message.target < 0:
            message.placeholder = message.target
        message.target = message_id
        self._messages[message_name(message.chat_id, message_id)] = message

    def see(self, pressed: Message) -> None:
        """Learn the buttons of an unknown message from a press on it."""
        message = self.of(pressed.chat.id, pressed.message_id)
        if message.shown is None:
            # Copied, because objects of an update hold their bot and so equal no others.
            markup = pressed.reply_markup and InlineKeyboardMarkup(
                **pressed.reply_markup.model_dump()
            )
            message.shown, message.markup = Shown("", "", None), markup

    def doubt(self, message: ShownMessage) -> None:
        """Note that an edit failed that Telegram may still carry out, or that nobody repeats."""
        for name in message.names:
            self._doubtful[name] = True

    def is_doubtful(self, chat_id: int | str, message_id: int) -> bool:
        """Tell whether a message may show something else than its latest window; see `doubt`."""
        return message_name(chat_id, message_id) in self._doubtful

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget what a message shows, and that it is doubtful."""
        self._doubtful.pop(message_name(chat_id, message_id), None)
        if message := self.find(chat_id, message_id):
            for name in message.names:
                self._doubtful.pop(name, None)
            message.forget()


def message_name(chat_id: int | str, message_id: int) -> str:
    """Return a name of a message that is unique among all chats."""
    return f"{chat_id}/{message_id}"
