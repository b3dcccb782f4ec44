"""What a person sees: messages, and chats that keep themselves up to date."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from aiogram import types

from telegram_playground.state import Json

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that a person waits for the bot unless told otherwise."""


class PlaygroundError(Exception):
    """The playground refused what a script asked for.

    Attributes:
        status: The HTTP status of the refusal.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class Message(types.Message):
    """A message: aiogram's, with the reply keyboard that came with it, which no bot sees again."""

    keyboard: types.ReplyKeyboardMarkup | types.ReplyKeyboardRemove | types.ForceReply | None = None

    @property
    def edited(self) -> bool:
        """Whether the message was changed since it was sent."""
        return self.edit_date is not None

    @property
    def labels(self) -> list[list[str]]:
        """What the inline buttons say, row by row."""
        rows = self.reply_markup.inline_keyboard if self.reply_markup else []
        return [[button.text for button in row] for row in rows]

    def button(self, label: str) -> types.InlineKeyboardButton:
        """Find an inline button by its label, or by a part of it that no other label has.

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
    """What the bot answered to a press.

    Attributes:
        text: The notice, or the alert if `show_alert`; `None` if it only ended the spinner.
        url: The link that it opens.
    """

    text: str | None
    show_alert: bool = False
    url: str | None = None


class ChatView:
    """The messages of a chat, as far as they were fetched.

    Args:
        fetch: Asks for the changes since a version, and waits so many seconds for one.

    Attributes:
        messages: The messages by id, oldest first.
    """

    def __init__(self, fetch: Callable[[int, float], Awaitable[Json]]) -> None:
        self._fetch = fetch
        self._version = 0
        self.messages: dict[int, Message] = {}

    async def refresh(self, wait: float = 0.0) -> None:
        """Fetch what has changed; if nothing has, wait so many seconds for it."""
        changes = await self._fetch(self._version, wait)
        if changes["version"] <= self._version:
            return
        self._version = changes["version"]
        for message_id in changes["deleted"]:
            self.messages.pop(message_id, None)
        for json in changes["messages"]:
            message = Message.model_validate(json)
            self.messages[message.message_id] = message

    async def wait(self, find: Callable[["ChatView"], T | None], seconds: float, what: str) -> T:
        """Wait until something can be found in the chat.

        Args:
            find: Looks for it; `None` if it is not there yet.
            seconds: How long to wait at most.
            what: What is waited for, in words.

        Raises:
            TimeoutError: If it does not come; its text shows the chat.
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
        """The chat, a line a message."""
        return "\n".join(describe(message) for message in self.messages.values()) or "(empty)"


def describe(message: Message) -> str:
    """A message on a line: number, author, text, buttons."""
    author = message.from_user.first_name if message.from_user else "?"
    buttons = " ".join("".join(f"[{label}]" for label in row) for row in message.labels)
    edited = " (edited)" if message.edited else ""
    text = message.text if message.text is not None else f"({message.content_type})"
    return f"#{message.message_id} {author}{edited}: {text} {buttons}".rstrip()
