"""Tickets: what the address of a game says, signed, so that nobody can make one up."""

import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field, replace
from functools import partial

import orjson

LIFE = 60 * 60
"""Seconds that a ticket is good for."""


class ForgedError(Exception):
    """The ticket was not made here."""


class StaleError(Exception):
    """The ticket is too old."""


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
        token: The bot's, from which the key is derived, the same in every worker.
    """

    def __init__(self, token: str) -> None:
        self._key = hmac.digest(token.encode(), b"tally game", "sha256")

    def issue(self, ticket: Ticket) -> str:
        """Give a ticket as a text of A-Z, a-z, 0-9, -, _ and one dot."""
        content = urlsafe_b64encode(orjson.dumps(asdict(ticket))).rstrip(b"=")
        return f"{content.decode()}.{self._sign(content)}"

    def check(self, text: str) -> Ticket:
        """Read a ticket.

        Raises:
            ForgedError: It was not made here, or changed since.
            StaleError: It is too old.
        """
        content, _, signature = text.partition(".")
        signed = content.encode("utf-8", "replace")
        said = signature.encode("utf-8", "replace")
        if not hmac.compare_digest(said, self._sign(signed).encode()):
            raise ForgedError
        ticket = Ticket(**orjson.loads(urlsafe_b64decode(signed + b"=" * (-len(signed) % 4))))
        if time.time() > ticket.opened + LIFE:
            raise StaleError
        return ticket

    def _sign(self, content: bytes) -> str:
        signature = hmac.digest(self._key, content, "sha256")
        return urlsafe_b64encode(signature).rstrip(b"=").decode()
