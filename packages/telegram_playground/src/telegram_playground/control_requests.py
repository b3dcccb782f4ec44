"""The bodies and queries of the requests in `control_routes` and `chat_routes`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from telegram_playground.state import Role, Standing

MAX_WAIT = 60.0
"""Seconds that a request can wait at most."""

MAX_ADVANCE = 1 << 30
"""Seconds that the clock can be moved at once: 34 years."""

MAX_TITLE = 128
"""Characters of the title of a group or topic (Bot API, setChatTitle, createForumTopic)."""

Id = Annotated[int, Field(gt=-(1 << 52), lt=1 << 52)]
"""The id of a person or chat: at most 52 bits (Bot API, User and Chat)."""


class Strict(BaseModel):
    """A part of a request; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Wait(Strict):
    """Changes after a version; `wait` is how many seconds to wait for one."""

    after: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Removal(Strict):
    """The person who deletes a message."""

    person: int


class Press(Strict):
    """A press of an inline button; `wait` is how many seconds to wait for the answer."""

    person: int
    label: str | None = None
    data: str | None = None
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Change(Strict):
    """Changes to a person; extra fields are those of the `User`."""

    model_config = ConfigDict(extra="allow")

    standing: Standing | None = None
    has_private_forwards: bool | None = None


class Editing(Strict):
    """A person's edit of their own message."""

    person: int
    text: str


class Vote(Strict):
    """A vote for options, by positions counted from 0; an empty list retracts the vote."""

    person: int
    options: list[int]


class Start(Strict):
    """A deep link to the bot that a person follows; `chat` is the group of `?startgroup`."""

    person: int
    payload: str = ""
    chat: int | None = None


class RoleChange(Strict):
    """A new role in a group."""

    role: Role


class NewTopic(Strict):
    """A topic to open."""

    name: str = Field(min_length=1, max_length=MAX_TITLE)


class TopicChange(Strict):
    """Whether a topic is closed: only administrators write in a closed one."""

    closed: bool


class Advance(Strict):
    """Seconds by which to move the clock forward."""

    seconds: float = Field(ge=0, le=MAX_ADVANCE)


class Repeat(Strict):
    """The update to deliver once more; the latest if `None`."""

    update_id: int | None = None


class Calls(Wait):
    """Calls with a number above `after`; of one method if it is given."""

    method: str | None = None


class Pending(Strict):
    """The number of pending updates to wait for, and for how many seconds."""

    count: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)
