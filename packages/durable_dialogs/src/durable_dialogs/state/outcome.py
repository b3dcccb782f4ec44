"""What an update can lead to: a window to draw, an answer, a refusal, an error."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiogram_dialog.api.entities import NewMessage

from durable_dialogs.state.location import Location


class Outcome(StrEnum):
    """How an update ended."""

    DONE = "done"
    REPEATED = "repeated"
    """The update was done before, and Telegram delivered it again."""
    REFUSED = "refused"
    """The bot told the person why nothing changes."""
    AWAY = "away"
    """Redis was away, and the bot told the person to try again."""
    FAILED = "failed"
    """The bot gave up, and told the person that something went wrong."""


class Drawn(StrEnum):
    """How a pending edit ended."""

    SENT = "sent"
    """The window was sent as a new message."""
    EDITED = "edited"
    """The message was edited or deleted, or its keyboard was removed."""
    MERGED = "merged"
    """A later window replaced it, in this worker or in another one."""
    UNCHANGED = "unchanged"
    """The message already showed this window."""
    DROPPED = "dropped"
    """Telegram refused the edit or was away for too long, or the edit was no longer needed."""


class AlreadyDoneError(Exception):
    """The update was done before, and Telegram has delivered it again.

    Attributes:
        records: The keys of the records that it changed the first time.
    """

    def __init__(self, records: list[str]) -> None:
        super().__init__("the update was done already")
        self.records = records


class NotKnownYetError(Exception):
    """Raised by a handler that needs an answer which takes a while, such as one from Telegram.

    The middleware releases the chat lock, asks, and does the update again.

    Attributes:
        ask: Asks, and keeps the answer for the next try, whatever the answer is.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        super().__init__("something has to be asked first")
        self.ask = ask


class Refusal(Exception):  # noqa: N818 - no error: the ordinary answer to some presses
    """Ends an update without a change. The bot tells the person why."""


class NotOfferedError(Refusal):
    """The window does not offer the pressed button, or the message does not show the window."""


class EndedError(Refusal):
    """The pressed window offers no buttons any more.

    Args:
        stack_id: The window's stack.
    """

    def __init__(self, stack_id: str) -> None:
        super().__init__(stack_id)
        self.stack_id = stack_id


class UnsentError(Exception):
    """A message that an update asked for can't be sent, because the bot may not write there."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The window that a stack's message must show.

    Attributes:
        record: The key of the stack's record.
        chat_id: The chat of the message, or the id of an inline message.
        content: The window, None to remove the keyboard.
        target: The message's id, `INLINE_TARGET` for an inline message. A number below 0 is a
            placeholder for a message that a worker is still sending.
        fresh: Whether the message must be sent, not edited.
        delete: Whether the message must be deleted, not only its keyboard.
        has_fixed_keyboard: Whether the message's keyboard can't be removed.
        former: If fresh, the message that showed the stack before, None if there was none.
        opens: If fresh, whether its dialog opens with it, so that nobody has seen the dialog yet.
        asked: If fresh, where a person asked for it, None if no person did.
    """

    record: str
    chat_id: int | str
    content: NewMessage | None
    target: int
    fresh: bool = False
    delete: bool = False
    has_fixed_keyboard: bool = False
    former: int | None = None
    opens: bool = False
    asked: Location | None = None


INLINE_TARGET = 1
"""The target of a drawing on an inline message, whose id is in `chat_id`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a press (Bot API, answerCallbackQuery).

    Attributes:
        text: The notification, at most 200 characters, None for none.
        alert: Whether the client shows the text until the person closes it.
        url: The link that the client opens: a link to this bot with a start parameter, or a game.
        cache_time: Seconds for which the client repeats the answer without asking the bot.
    """

    text: str | None = None
    alert: bool = False
    url: str | None = None
    cache_time: int | None = None
