"""Tickets: the signed parameter in the address of the game."""

import secrets
import time
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from signed.seals import Seal

LIFE = 60 * 60
"""Seconds that a ticket is valid."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Lets one person play one round.

    Attributes:
        user_id: The person's id.
        language: The language of the page.
        chat_id: The chat with the game's message, None in inline mode.
        message_id: The game's message, None in inline mode.
        inline_message_id: The game's message in inline mode, else None.
        opened: When the round was opened, in seconds since 1970.
        name: A random name, unique to the ticket.
    """

    user_id: int
    language: str
    chat_id: int | None = None
    message_id: int | None = None
    inline_message_id: str | None = None
    opened: float = field(default_factory=time.time)
    name: str = field(default_factory=partial(secrets.token_urlsafe, 12))

    def renewed(self) -> "Ticket":
        """Make a ticket for the next round, opened now."""
        fresh = Ticket(self.user_id, self.language)
        return replace(self, opened=fresh.opened, name=fresh.name)


class Tickets:
    """Issues and checks tickets.

    Args:
        token: The bot's token.
    """

    def __init__(self, token: str) -> None:
        self._seal = Seal(token, "game")

    def issue(self, ticket: Ticket) -> str:
        """Sign a ticket, as a text of A-Z, a-z, 0-9, -, _ and one dot."""
        return self._seal.close(asdict(ticket), int(ticket.opened) + LIFE)

    def check(self, text: str) -> Ticket:
        """Check and read a ticket.

        Raises:
            ForgedError: It was not issued by this bot.
            StaleError: It has expired.
        """
        return Ticket(**self._seal.open(text, time.time()))
