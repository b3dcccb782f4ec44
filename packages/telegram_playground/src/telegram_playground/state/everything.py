"""The whole state in one object."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from telegram_playground.state.bot import Call, Profile, Update, Webhook
from telegram_playground.state.chats import Chat, Person, Poll, StoredFile
from telegram_playground.state.queries import CallbackQuery, Checkout, InlineQuery
from telegram_playground.state.wire import Json

HISTORY = 5_000
"""The number of latest updates that are kept, so that they can be delivered once more."""

LOG = 100_000
"""The number of latest Bot API calls that are kept in the log."""


@dataclass(slots=True)
class State:
    """The whole state of a playground.

    Attributes:
        bot: The bot's `User` object, as its messages contain it.
        abilities: The `User` fields that only getMe gives.
        last_update_id: The highest update id given so far.
        changes: Kinds and keys of the objects that changed since the last flush, in order; `None`
            if nothing is kept in a folder.
        persons: The persons, by user id.
        chats: The chats, by chat id.
        queries: The callback queries of the last minutes, by id, oldest first.
        files: The files, by file id.
        polls: The polls, by id.
        inline_queries: The latest inline queries, by id, oldest first.
        web_app_queries: The user ids of Mini Apps that answerWebAppQuery can answer, by `query_id`.
        inline_feedback: Whether the bot gets the inline results that persons choose.
        games: Whether the bot has games (@BotFather, /newgame).
        login_domain: Whether login buttons are allowed (@BotFather, /setdomain).
        checkouts: The open shipping and pre-checkout queries, by id.
        invoice_links: The `invoice` and `secret` behind each invoice link, by its last part.
        transactions: The `StarTransaction` objects, oldest first.
        inline_messages: Chat and message ids of messages with an `inline_message_id`, by that id.
        updates: The updates that the bot has not acknowledged, by update id, oldest first.
        repeats: Former updates to deliver once more.
        history: The latest updates, delivered or not.
        allowed_updates: The kinds of updates that the bot asked for; empty for the default ones.
        webhook: The webhook, or `None` if the bot polls.
        profile: The bot's profile.
        calls: The bot's latest calls.
        call_count: The number of calls so far.
    """

    bot: Json
    abilities: Json
    last_update_id: int
    changes: dict[tuple[str, Hashable], None] | None = None
    persons: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    polls: dict[str, Poll] = field(default_factory=dict)
    inline_queries: dict[str, InlineQuery] = field(default_factory=dict)
    web_app_queries: dict[str, int] = field(default_factory=dict)
    inline_feedback: bool = False
    games: bool = True
    login_domain: bool = True
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    invoice_links: dict[str, Json] = field(default_factory=dict)
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
        """Note that an object has changed, so that the next flush writes it.

        Args:
            kind: `person`, `chat`, `message`, `query`, `file`, `poll`, `update`, or `settings` for
                everything else.
            key: The key of the object; for a message, its chat id and message id.
        """
        if self.changes is not None:
            self.changes[kind, key] = None
