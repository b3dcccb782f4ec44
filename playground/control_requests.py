"""What the requests of the persons' side carry; `control` says which is which."""

from pydantic import BaseModel, ConfigDict, Field

from playground.state import Role, Standing

MAX_WAIT = 60.0
"""The longest wait of a request, in seconds."""


class Strict(BaseModel):
    """A part of a request, which has no field that is not known."""

    model_config = ConfigDict(extra="forbid")


class Wait(BaseModel):
    """Which changes to tell, and how long to wait for one, in seconds."""

    after: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Removal(BaseModel):
    """Who deletes a message."""

    person: int


class Press(BaseModel):
    """Whose press of which button, and how long to wait for the answer, in seconds."""

    model_config = ConfigDict(extra="forbid")

    person: int
    label: str | None = None
    data: str | None = None
    wait: float = Field(0, ge=0, le=MAX_WAIT)


class Change(BaseModel):
    """Changes to a person beside the fields of their `User`."""

    model_config = ConfigDict(extra="allow")

    standing: Standing | None = None
    has_private_forwards: bool | None = None


class Editing(BaseModel):
    """Who edits a message of their own, and how."""

    person: int
    text: str


class Vote(BaseModel):
    """Who votes for which options, by their places from 0; none takes the vote back."""

    person: int
    options: list[int]


class Start(BaseModel):
    """Who follows a link to the bot with some payload, perhaps into a group."""

    person: int
    payload: str = ""
    chat: int | None = None


class RoleChange(BaseModel):
    """A new place in a group."""

    role: Role


class NewTopic(BaseModel):
    """A topic to open."""

    name: str


class Advance(BaseModel):
    """How much time shall pass, in seconds."""

    seconds: float = Field(ge=0)


class Repeat(BaseModel):
    """Which update to deliver once more; the latest if none is named."""

    update_id: int | None = None


class Calls(Wait):
    """Which calls to tell: of one method, after a number."""

    method: str | None = None


class Pending(BaseModel):
    """How many updates to wait for, and for how many seconds."""

    count: int = 0
    wait: float = Field(0, ge=0, le=MAX_WAIT)
