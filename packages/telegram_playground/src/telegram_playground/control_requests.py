"""The bodies and queries of the requests in `control_routes` and `chat_routes`."""

from dataclasses import dataclass
from typing import Annotated

from telegram_playground.annotated import Length, Within
from telegram_playground.state import Role, Standing

MAX_WAIT = 60.0
"""Seconds that a request can wait at most."""

MAX_ADVANCE = 1 << 30
"""Seconds that the clock can be moved at once: 34 years."""

MAX_TITLE = 128
"""Characters of the title of a group or topic (Bot API, setChatTitle, createForumTopic)."""

Id = Annotated[int, Within(1 - (1 << 52), (1 << 52) - 1)]
"""The id of a person or chat: at most 52 bits (Bot API, User and Chat)."""

Seconds = Annotated[float, Within(0, MAX_WAIT)]
"""How long a request may wait."""

Title = Annotated[str, Length(1, MAX_TITLE)]
"""The title of a group or topic."""


@dataclass(kw_only=True)
class Wait:
    """Changes after a version; `wait` is how many seconds to wait for one."""

    after: int = 0
    wait: Seconds = 0.0


@dataclass(kw_only=True)
class Removal:
    """The person who deletes a message."""

    person: int


@dataclass(kw_only=True)
class Press:
    """A press of an inline button; `wait` is how many seconds to wait for the answer."""

    person: int
    label: str | None = None
    data: str | None = None
    wait: Seconds = 0.0


@dataclass(kw_only=True)
class Change:
    """Changes to a person besides those of the `User`."""

    standing: Standing | None = None
    has_private_forwards: bool | None = None


@dataclass(kw_only=True)
class Editing:
    """A person's edit of their own message."""

    person: int
    text: str


@dataclass(kw_only=True)
class Vote:
    """A vote for options, by positions counted from 0; an empty list retracts the vote."""

    person: int
    options: list[int]


@dataclass(kw_only=True)
class Start:
    """A deep link to the bot that a person follows; `chat` is the group of `?startgroup`."""

    person: int
    payload: str = ""
    chat: int | None = None


@dataclass(kw_only=True)
class RoleChange:
    """A new role in a group."""

    role: Role


@dataclass(kw_only=True)
class NewTopic:
    """A topic to open."""

    name: Title


@dataclass(kw_only=True)
class TopicChange:
    """Whether a topic is closed: only administrators write in a closed one."""

    closed: bool


@dataclass(kw_only=True)
class Advance:
    """Seconds by which to move the clock forward."""

    seconds: Annotated[float, Within(0, MAX_ADVANCE)]


@dataclass(kw_only=True)
class Repeat:
    """The update to deliver once more; the latest if `None`."""

    update_id: int | None = None


@dataclass(kw_only=True)
class Calls(Wait):
    """Calls with a number above `after`; of one method if it is given."""

    method: str | None = None


@dataclass(kw_only=True)
class Pending:
    """The number of pending updates to wait for, and for how many seconds."""

    count: int = 0
    wait: Seconds = 0.0
