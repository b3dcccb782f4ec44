"""Everything in one place."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from telegram_playground.state.bot import Call, Profile, Update, Webhook
from telegram_playground.state.chats import Chat, Person, Poll, StoredFile
from telegram_playground.state.queries import CallbackQuery, Checkout, InlineQuery
from telegram_playground.state.wire import Json

HISTORY = 5_000
"""How many updates are kept after they were delivered, to be delivered again on request."""

LOG = 100_000
"""How many Bot API calls are kept to be looked at."""


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
        games: Whether @BotFather knows the bot's games.
        login_domain: Whether people may be logged in at the domains of the bot's pages.
        checkouts: Shipping and pre-checkout queries by their id.
        invoice_links: What is paid by which link, by its last part: the `Invoice` and what is
            not shown of it.
        transactions: `StarTransaction` objects, oldest first.
        inline_messages: Chat and message ids of what was sent through inline mode.
        changes: What has changed since it was last written down, as kinds and keys in their
            order, in which it is found again; `None` if nothing is written down.
        updates: What was not acknowledged yet, by update id, oldest first.
        repeats: Former updates that are to be delivered once more.
        last_update_id: The highest update id given so far.
        allowed_updates: Kinds of updates that the bot asked for; empty for the usual ones.
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
        """Say that a thing has changed, so that it is written down.

        Args:
            kind: `person`, `chat`, `message`, `query`, `file`, `poll`, `update`, or `settings` for
                whatever is none of them.
            key: By which it is found; of a message, the ids of its chat and its own.
        """
        if self.changes is not None:
            self.changes[kind, key] = None
