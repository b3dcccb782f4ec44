"""What a person sees: messages, answers to presses, and chats that are kept up to date."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram_playground.objects import (
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Object,
    User,
    view,
)
from telegram_playground.schema import fields_of
from telegram_playground.state import Json

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that a person waits for the bot by default."""


class PlaygroundError(Exception):
    """The playground refused a request of a script; its text says why.

    Attributes:
        status: The HTTP status of the refusal; 400 if the client itself refused.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


_FIELDS = list(fields_of("Message"))
_ASIDE = ("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler")
CONTENTS = [
    name
    for name in _FIELDS[_FIELDS.index("text") : _FIELDS.index("reply_markup")]
    if name not in {"entities", "link_preview_options", "suggested_post_info", "effect_id", *_ASIDE}
]
"""Fields of a message that tell what kind of message it is; an animation has `document` too."""


class Message(Object):
    """A message: the bot's `Message`, with what only persons see of it.

    The fields of the Bot API that are not listed here are attributes too.

    Attributes:
        message_id: Its id, unique in its chat.
        date: When it was sent, in seconds since 1970 by the playground's clock.
        edit_date: When it was last edited, or `None`.
    """

    message_id: int
    date: int
    edit_date: int | None
    chat: Chat
    from_user: User | None
    message_thread_id: int | None
    reply_to_message: "Message | None"
    text: str | None
    caption: str | None
    reply_markup: InlineKeyboardMarkup | None

    @property
    def keyboard(self) -> Object | None:
        """The reply keyboard that the bot sent with it; the bot's own `Message` lacks it."""
        kinds = "ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
        shown: Object | None = view(kinds, self.json.get("keyboard"))
        return shown

    @property
    def content_type(self) -> str:
        """The field that tells what it contains: `text`, `photo`, `poll`, ..."""
        return next((name for name in CONTENTS if name in self.json), "unknown")

    @property
    def edited(self) -> bool:
        """Whether the message was edited since it was sent."""
        return self.edit_date is not None

    @property
    def labels(self) -> list[list[str]]:
        """The labels of the inline buttons, row by row; empty if there are none."""
        rows = self.reply_markup.inline_keyboard if self.reply_markup else []
        return [[button.text for button in row] for row in rows]

    def button(self, label: str) -> InlineKeyboardButton:
        """Find an inline button.

        Args:
            label: The button's label, or a part of it that no other label contains.

        Raises:
            PlaygroundError: If there is no such button, or more than one.
        """
        rows = self.reply_markup.inline_keyboard if self.reply_markup else []
        buttons = [button for row in rows for button in row]
        found = [button for button in buttons if button.text == label]
        found = found or [button for button in buttons if label in button.text]
        if len(found) != 1:
            problem = "more than one button" if found else "no button"
            raise PlaygroundError(f"{problem} {label!r} on message {describe(self)}", 404)
        return found[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """The bot's answer to a press (Bot API, answerCallbackQuery).

    Attributes:
        text: The text of the notice or alert; `None` if the answer only ends the spinner.
        show_alert: Whether the text is shown as an alert that the person must close.
        url: The link that the answer opens, or `None`.
    """

    text: str | None
    show_alert: bool = False
    url: str | None = None


class ChatView:
    """A client's copy of the messages of a chat.

    Args:
        fetch: Takes a version of the chat and seconds; returns the changes since that version. If
            there are none, it waits for one for that many seconds.

    Attributes:
        messages: The messages by id, oldest first.
    """

    def __init__(self, fetch: Callable[[int, float], Awaitable[Json]]) -> None:
        self._fetch = fetch
        self._version = 0
        self.messages: dict[int, Message] = {}

    async def refresh(self, wait: float = 0.0) -> None:
        """Fetch the changes; if there are none, wait `wait` seconds for one."""
        changes = await self._fetch(self._version, wait)
        if changes["version"] <= self._version:
            return
        self._version = changes["version"]
        for message_id in changes["deleted"]:
            self.messages.pop(message_id, None)
        for json in changes["messages"]:
            message = Message(json)
            self.messages[message.message_id] = message

    async def wait(self, find: Callable[["ChatView"], T | None], seconds: float, what: str) -> T:
        """Wait until something is found in the chat.

        Args:
            find: Returns what is looked for, or `None` if it is not there yet.
            seconds: The longest wait.
            what: What is looked for, for the text of the error.

        Returns:
            What `find` returned.

        Raises:
            TimeoutError: If it is not found in time; its text shows the chat.
        """
        deadline = time.monotonic() + seconds
        await self.refresh()
        while (found := find(self)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{what} did not come within {seconds} s:\n{self.transcript()}")
            await self.refresh(left)
        return found

    def transcript(self) -> str:
        """Give the chat as text, one line for each message."""
        return "\n".join(describe(message) for message in self.messages.values()) or "(empty)"


def describe(message: Message) -> str:
    """Give a message as one line: number, author, text, buttons."""
    author = message.from_user.first_name if message.from_user else "?"
    buttons = " ".join("".join(f"[{label}]" for label in row) for row in message.labels)
    edited = " (edited)" if message.edited else ""
    text = message.text if message.text is not None else f"({message.content_type})"
    return f"#{message.message_id} {author}{edited}: {text} {buttons}".rstrip()
