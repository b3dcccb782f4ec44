"""Persons, their chats, and what is said there."""

from dataclasses import dataclass, field
from enum import StrEnum

from telegram_playground.state.wire import Json


class Standing(StrEnum):
    """How a person stands towards the bot in their private chat."""

    STRANGER = "stranger"
    STARTED = "started"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"


class Role(StrEnum):
    """What somebody is in a group: the `status` of a `ChatMember`."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    """In the group, and may write nothing there."""
    LEFT = "left"
    KICKED = "kicked"

    @property
    def inside(self) -> bool:
        """Whether somebody of this role is in the group."""
        return self not in {Role.LEFT, Role.KICKED}

    @property
    def leads(self) -> bool:
        """Whether this role administers the group."""
        return self in {Role.CREATOR, Role.ADMINISTRATOR}


@dataclass(slots=True)
class Person:
    """Somebody who uses Telegram.

    Attributes:
        user: The `User` object that the bot sees.
        standing: Whether the bot may write to them.
        has_private_forwards: Whether they forbid links to their account.
    """

    user: Json
    standing: Standing = Standing.STRANGER
    has_private_forwards: bool = False


@dataclass(slots=True)
class Message:
    """A message of a chat.

    Attributes:
        json: The `Message` object that the bot sees, but for the message that it replies to.
        author: The id of who wrote it; of an anonymous admin, the person's own.
        reply_to: The id of the message in the same chat that it replies to.
        keyboard: What the bot sent as `reply_markup` that is no inline keyboard.
        version: The chat's version at the last change of this message.
        inline_id: The `inline_message_id` by which the bot knows it, if it was sent through inline
            mode.
        secret: What the bot gave along that is not shown, such as an invoice's payload.
        scores: What each person has reached in the message's game.
    """

    json: Json
    author: int
    reply_to: int | None = None
    keyboard: Json | None = None
    version: int = 0
    inline_id: str | None = None
    secret: Json = field(default_factory=dict)
    scores: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The message's id, unique in its chat."""
        return int(self.json["message_id"])


@dataclass(slots=True)
class Chat:
    """A private chat with the bot, or a group.

    Attributes:
        json: The `Chat` object that goes with every message.
        roles: What everybody who is or was in a group is there, by user id; empty if private.
        topics: Names of a forum's topics, by `message_thread_id`.
        closed: Which of them only administrators write in; 1 stands for the General topic.
        keyboards: The reply keyboard that each person has, by user id: `message_id` and `markup`
            of what the bot sent, and whether a one-time keyboard was `used`.
        messages: The messages that were not deleted, by id, oldest first.
        migrated_to: The id of the supergroup that this group has become.
        last_message_id: The highest message id given so far.
        version: Counts the changes to this chat.
        changed: The version of each message's last change by its id, deleted ones too, the
            latest change last.
    """

    json: Json
    roles: dict[int, Role] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    keyboards: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    migrated_to: int | None = None
    last_message_id: int = 0
    version: int = 0
    changed: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The chat's id: of a private chat, the person's."""
        return int(self.json["id"])

    @property
    def type(self) -> str:
        """`private`, `group` or `supergroup`."""
        return str(self.json["type"])

    @property
    def private(self) -> bool:
        """Whether this is a person's chat with the bot."""
        return self.type == "private"


@dataclass(slots=True)
class Poll:
    """A poll, and who has voted for what.

    Attributes:
        json: The `Poll` object, the very one in its message.
        votes: Places of the options that each person has chosen, by user id.
    """

    json: Json
    chat_id: int
    message_id: int
    votes: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class StoredFile:
    """A file that a bot or a person has sent; its bytes are kept elsewhere.

    Attributes:
        id: The `file_id`.
        unique_id: The same for the same content.
        kind: The field of a message that shows it: `photo`, `document`, `video`, ...
        name: Its name, without a folder.
        size: Its bytes.
        width: Of a picture, in pixels.
        height: Likewise.
        details: What the bot told of it: `duration`, `performer`, ...
    """

    id: str
    unique_id: str
    kind: str
    name: str
    size: int
    width: int
    height: int
    details: Json = field(default_factory=dict)
