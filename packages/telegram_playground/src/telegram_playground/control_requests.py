"""What the requests of the persons' side carry; `control` says which is which."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from telegram_playground.state import Role, Standing

MAX_WAIT = 60.0
"""The longest wait of a request, in seconds."""

MAX_ADVANCE = 1 << 30
"""The longest time that can be made to pass at once, in seconds: 34 years."""

MAX_TITLE = 128
"""Characters of the title of a group or topic (Bot API, setChatTitle, createForumTopic)."""

Id = Annotated[int, Field(gt=-(1 << 52), lt=1 << 52)]
"""The id of a person or chat, which has at most 52 bits (Bot API, User and Chat)."""


class Strict(BaseModel):
    """A part of a request, which has no field that is not known."""

    model_config = ConfigDict(extra="forbid")


class Wait(Strict):
    """Which changes to tell, and how long to wait for one, in seconds."""

    after: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Removal(Strict):
    """Who deletes a message."""

    person: int


class Press(Strict):
    """Whose press of which button, and how long to wait for the answer, in seconds."""

    person: int
    label: str | None = None
    data: str | None = None
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Change(Strict):
    """Changes to a person beside the fields of their `User`."""

    model_config = ConfigDict(extra="allow")

    standing: Standing | None = None
    has_private_forwards: bool | None = None


class Editing(Strict):
    """Who edits a message of their own, and how."""

    person: int
    text: str


class Vote(Strict):
    """Who votes for which options, by their places from 0; none takes the vote back."""

    person: int
    options: list[int]


class Start(Strict):
    """Who follows a link to the bot with some payload, perhaps into a group."""

    person: int
    payload: str = ""
    chat: int | None = None


class RoleChange(Strict):
    """A new place in a group."""

    role: Role


class NewTopic(Strict):
    """A topic to open."""

    name: str = Field(min_length=1, max_length=MAX_TITLE)


class TopicChange(Strict):
    """Whether only administrators write in a topic."""

    closed: bool


class Advance(Strict):
    """How much time shall pass, in seconds."""

    seconds: float = Field(ge=0, le=MAX_ADVANCE)


class Repeat(Strict):
    """Which update to deliver once more; the latest if none is named."""

    update_id: int | None = None


class Calls(Wait):
    """Which calls to tell: of one method, after a number."""

    method: str | None = None


class Pending(Strict):
    """How many updates to wait for, and for how many seconds."""

    count: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)
