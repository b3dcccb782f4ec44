"""All that the playground knows, in plain data: nothing here runs, waits or decides.

What goes over the wire is kept as it goes there (`Json`), checked by aiogram's models when it
comes in; the fields beside it are what the rules ask for. Times are in seconds since 1970.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
"""A JSON object, as it goes over the wire."""

HISTORY = 5_000
"""How many updates are kept after they were delivered, to be delivered again on request."""

LOG = 100_000
"""How many Bot API calls are kept to be looked at."""


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
class CallbackQuery:
    """A press of an inline button, and what the bot answered to it.

    Attributes:
        pressed_at: When the person pressed.
        update_id: The update that told the bot, unless it does not want to know.
        is_game: Whether the button starts a game.
        answer: Text, `show_alert` and `url` of the bot's answer, once there is one.
    """

    id: str
    pressed_at: float
    update_id: int | None = None
    is_game: bool = False
    answer: Json | None = None


@dataclass(slots=True)
class InlineAnswer:
    """What the bot offers for an inline query.

    Attributes:
        results: The `InlineQueryResult` objects.
        contents: The fields of the message that each becomes, by its id.
        next_offset: What to ask with for more.
        button: The `InlineQueryResultsButton` above them.
    """

    results: list[Json] = field(default_factory=list)
    contents: dict[str, Json] = field(default_factory=dict)
    next_offset: str = ""
    button: Json | None = None


@dataclass(slots=True)
class InlineQuery:
    """What a person has typed behind the bot's name, and what the bot offers for it."""

    id: str
    user_id: int
    query: str
    offset: str
    asked_at: float
    answer: InlineAnswer | None = None


@dataclass(slots=True)
class Checkout:
    """A shipping or pre-checkout query, and the bot's answer to it."""

    id: str
    answer: Json | None = None


@dataclass(slots=True)
class Update:
    """An update, ready to be sent.

    Attributes:
        body: The `Update` object as JSON.
        kind: Which of its fields it has.
        line: Whose updates have to wait for each other: the user's or chat's id.
        expires_at: When it is dropped undelivered.
    """

    id: int
    body: bytes
    kind: str
    line: int
    expires_at: float


@dataclass(slots=True)
class Webhook:
    """Where updates are sent, as set by setWebhook."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    certificate: bytes | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None


@dataclass(slots=True)
class Profile:
    """What the bot says about itself.

    Attributes:
        commands: Lists of `BotCommand` by scope and language code ("" for every other language).
        texts: Name, description and short description by field name and language code.
        menu_buttons: `MenuButton` objects by private chat; `None` is the default one.
    """

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)


@dataclass(slots=True)
class StoredFile:
    """A file that a bot or a person has sent; its bytes are kept elsewhere.

    Attributes:
        id: The `file_id`.
        unique_id: The same for the same content.
        kind: `photo`, `document` or `sticker`.
        name: Its name, without a folder.
        size: Its bytes.
        width: Of a picture, in pixels.
        height: Likewise.
    """

    id: str
    unique_id: str
    kind: str
    name: str
    size: int
    width: int
    height: int


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
class Call:
    """A Bot API call that the bot made.

    Attributes:
        number: Counts the calls, from 1.
        time: When it came in.
        method: The method as Telegram spells it, or as the bot did if there is none such.
        params: The parameters as they came in.
        status: The HTTP status of the answer, or `None` while there is none yet.
        error: The description of a refusal.
    """

    number: int
    time: float
    method: str
    params: Json
    status: int | None = None
    error: str | None = None


@dataclass(slots=True)
class State:
    """Everything.

    Attributes:
        bot: The bot's own `User` object, as it goes with its messages.
        abilities: What getMe tells beside it.
        files: Files by their file id.
        polls: Polls by their id.
        web_app_queries: Who has opened a Mini App that may be answered, by `query_id`.
        inline_feedback: Whether the bot hears which inline results are chosen.
        inline_cache: Until when the answer to which query counts, by user id (`None` for
            everybody's), query and offset.
        checkouts: Shipping and pre-checkout queries by their id.
        transactions: `StarTransaction` objects, oldest first.
        inline_messages: Chat and message ids of what was sent through inline mode.
        changes: What has changed since it was last written down, as kinds and keys; `None` if
            nothing is written down.
        updates: What was not acknowledged yet, by update id, oldest first.
        repeats: Former updates that are to be delivered once more.
        last_update_id: The highest update id given so far.
        allowed_updates: Kinds of updates that the bot asked for; empty for the usual ones.
    """

    bot: Json
    abilities: Json
    last_update_id: int
    changes: set[tuple[str, Hashable]] | None = None
    persons: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    polls: dict[str, Poll] = field(default_factory=dict)
    inline_queries: dict[str, InlineQuery] = field(default_factory=dict)
    web_app_queries: dict[str, int] = field(default_factory=dict)
    inline_feedback: bool = False
    inline_cache: dict[tuple[int | None, str, str], tuple[float, str]] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    transactions: list[Json] = field(default_factory=list)
    inline_messages: dict[str, tuple[int, int]] = field(default_factory=dict)
    updates: dict[int, Update] = field(default_factory=dict)
    repeats: list[Update] = field(default_factory=list)
    history: deque[Update] = field(default_factory=lambda: deque(maxlen=HISTORY))
    allowed_updates: frozenset[str] = frozenset()
    webhook: Webhook | None = None
    profile: Profile = field(default_factory=Profile)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=LOG))
    call_count: int = 0

    def note(self, kind: str, key: Hashable = None) -> None:
        """Say that a thing has changed, so that it is written down.

        Args:
            kind: `person`, `chat`, `message`, `query`, `file`, `poll`, `update`, or `settings` for
                whatever is none of them.
            key: By which it is found; of a message, the ids of its chat and its own.
        """
        if self.changes is not None:
            self.changes.add((kind, key))
