"""Tickets: what the address of a game says, signed, so that nobody can make one up."""

import secrets
import time
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from signed.seals import Seal

LIFE = 60 * 60
"""Seconds that a ticket is good for."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Lets one person play one round.

    Attributes:
        user_id: The person.
        language: The language that the page speaks.
        chat_id: The chat, and
        message_id: the message of the game, or
        inline_message_id: the message, where it was sent through inline mode.
        opened: When the game was opened, in seconds since 1970.
        name: What tells it from every other.
    """

    user_id: int
    language: str
    chat_id: int | None = None
    message_id: int | None = None
    inline_message_id: str | None = None
    opened: float = field(default_factory=time.time)
    name: str = field(default_factory=partial(secrets.token_urlsafe, 12))

    def renewed(self) -> "Ticket":
        """Give a ticket for the next round, which begins now."""
        fresh = Ticket(self.user_id, self.language)
        return replace(self, opened=fresh.opened, name=fresh.name)


class Tickets:
    """Makes tickets and checks them.

    Args:
        token: The bot's.
    """

    def __init__(self, token: str) -> None:
        self._seal = Seal(token, "game")

    def issue(self, ticket: Ticket) -> str:
        """Give a ticket as a text of A-Z, a-z, 0-9, -, _ and one dot."""
        return self._seal.close(asdict(ticket), int(ticket.opened) + LIFE)

    def check(self, text: str) -> Ticket:
        """Read a ticket.

        Raises:
            ForgedError: It was not made here, or changed since.
            StaleError: It is too old.
        """
        return Ticket(**self._seal.open(text, time.time()))
