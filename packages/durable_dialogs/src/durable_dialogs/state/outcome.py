"""What an update comes to: a window to be drawn, an answer, a refusal."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiogram_dialog.api.entities import NewMessage

from durable_dialogs.state.location import Location


class Outcome(StrEnum):
    """What has become of an update."""

    DONE = "done"
    REPEATED = "repeated"
    """It was done before, and came again."""
    REFUSED = "refused"
    """The person was told why nothing changes."""
    AWAY = "away"
    """Redis was away; the person was told to try again."""
    FAILED = "failed"
    """It was given up, and the person told that something went wrong."""


class Drawn(StrEnum):
    """What has become of a window that was to be drawn."""

    SENT = "sent"
    """As a message of its own."""
    EDITED = "edited"
    """Onto its message; or that was deleted, or lost its buttons."""
    MERGED = "merged"
    """Not by itself: a later window took its place, here or at another worker."""
    UNCHANGED = "unchanged"
    """Its message showed just that already."""
    DROPPED = "dropped"
    """Telegram refused it, or was away for too long, or nobody needed it any more."""


class AlreadyDoneError(Exception):
    """The update was done before; Telegram has delivered it again.

    Attributes:
        records: The keys of the records that it changed then.
    """

    def __init__(self, records: list[str]) -> None:
        super().__init__("the update was done already")
        self.records = records


class NotKnownYetError(Exception):
    """An update needs to know something first that takes a while to ask.

    The middleware ends the chat's turn, asks, and does the update again. So a handler raises
    this where the answer is not there yet.

    Attributes:
        ask: Asks, and keeps the answer, whatever it is, for the next try.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        super().__init__("something has to be asked first")
        self.ask = ask


class Refusal(Exception):  # noqa: N818 - no error: the ordinary answer to some presses
    """Ends an update: nothing changes, and the person is told why."""


class UnsentError(Exception):
    """A message that an update has asked for can't be sent: the bot may not write there."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a stack's message is to show.

    Attributes:
        record: The stack's record.
        chat_id: The chat of the message, or the id of an inline message.
        content: The window, None to take the keyboard off.
        target: The message; below 0 it stands for one that is being sent, and it is
            `INLINE_TARGET` where `chat_id` says all.
        fresh: Whether it is the one to be sent.
        delete: Whether the message is deleted, not only its keyboard taken off.
        bound: Whether its keyboard can't be taken off.
        former: Of a fresh one, the message that showed the stack before, None for none.
        opens: Of a fresh one, whether its dialog opens with it: nobody has seen it before.
        asked: Of a fresh one, where it was asked for, None where nobody has asked.
    """

    record: str
    chat_id: int | str
    content: NewMessage | None
    target: int
    fresh: bool = False
    delete: bool = False
    bound: bool = False
    former: int | None = None
    opens: bool = False
    asked: Location | None = None


INLINE_TARGET = 1
"""The target of a drawing on an inline message."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who pressed is told.

    Attributes:
        text: At most 200 characters, None for nothing.
        alert: Whether it stays until it is closed.
        url: What their client opens, a link to this bot with a start parameter, or a game.
        cache_time: Seconds for which their client repeats the answer by itself.
    """

    text: str | None = None
    alert: bool = False
    url: str | None = None
    cache_time: int | None = None
