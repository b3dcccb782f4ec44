"""Persons, chats, messages, polls and files."""

from dataclasses import dataclass, field
from enum import StrEnum

from telegram_playground.state.wire import Json


class Standing(StrEnum):
    """Whether the bot may write to a person: only if they have started it."""

    STRANGER = "stranger"
    STARTED = "started"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"


class Role(StrEnum):
    """The role of a user in a group: the `status` of a `ChatMember`."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    """In the group, without the right to write."""
    LEFT = "left"
    KICKED = "kicked"

    @property
    def inside(self) -> bool:
        """Whether a user of this role is in the group."""
        return self not in {Role.LEFT, Role.KICKED}

    @property
    def leads(self) -> bool:
        """Whether a user of this role administers the group."""
        return self in {Role.CREATOR, Role.ADMINISTRATOR}


@dataclass(slots=True)
class Person:
    """Somebody who uses Telegram.

    Attributes:
        user: The `User` object that the bot sees.
        standing: Whether the bot may write to them.
        has_private_forwards: Whether links to the account are forbidden.
    """

    user: Json
    standing: Standing = Standing.STRANGER
    has_private_forwards: bool = False


@dataclass(slots=True)
class Message:
    """A message of a chat.

    Attributes:
        json: The `Message` object that the bot gets, without the message that it replies to.
        author: The user id of the author, also of an anonymous admin.
        reply_to: The id of the message in the same chat that it replies to.
        keyboard: The bot's `reply_markup`, if it is not an inline keyboard.
        version: The chat's version at the last change of this message.
        inline_id: The `inline_message_id`, if it was sent through inline mode with a keyboard.
        secret: What the bot gave with it that `json` does not show, such as an invoice's payload.
        scores: The scores in the message's game, by user id.
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
        json: The `Chat` object, which all its messages share.
        roles: The roles of all users who are or were in a group, by user id; empty if private.
        topics: The names of topics, by `message_thread_id`.
        closed: The ids of closed topics; 1 is the General topic.
        keyboards: The reply keyboards, by user id: `message_id` and `markup` of the bot's message,
            and whether a one-time keyboard was `used`.
        messages: The messages that are not deleted, by id, oldest first.
        migrated_to: The id of the supergroup that this group became, or `None`.
        last_message_id: The highest message id given so far.
        version: The number of changes to this chat.
        changed: The version of each message's last change, by message id, including deleted ones;
            the latest change is last.
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
        """The chat's id; that of a private chat is the person's id."""
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
    """A poll and its votes.

    Attributes:
        json: The `Poll` object, shared with the message.
        chat_id: The id of the message's chat.
        message_id: The id of the message.
        votes: Positions of the chosen options, by user id, counted from 0.
    """

    json: Json
    chat_id: int
    message_id: int
    votes: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class StoredFile:
    """A file that the bot or a person has sent; `Telegram.content` gives its bytes.

    Attributes:
        id: The `file_id`.
        unique_id: The `file_unique_id`, equal for equal content and kind.
        kind: The field of a message that shows it: `photo`, `document`, `video`, ...
        name: The file name, without folders.
        size: The size in bytes.
        width: The width in pixels.
        height: The height in pixels.
        details: Fields that the bot gave with it: `duration`, `performer`, ...
    """

    id: str
    unique_id: str
    kind: str
    name: str
    size: int
    width: int
    height: int
    details: Json = field(default_factory=dict)
