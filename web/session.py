"""Login sessions in a signed cookie, so the bot stores nothing."""

from dataclasses import asdict

from signed.seals import ForgedError, Seal, StaleError
from web.signed_login import Visitor

DAY = 24 * 60 * 60
"""Seconds that a session is valid."""


class Sessions:
    """Signs and reads sessions.

    Args:
        token: The bot's token.
    """

    def __init__(self, token: str) -> None:
        self._sessions = Seal(token, "login session")
        self._forms = Seal(token, "logout form")

    def begin(self, visitor: Visitor, now: float) -> str:
        """Begin a session.

        Args:
            visitor: The person who has logged in.
            now: The current time, in seconds since 1970.

        Returns:
            The cookie's value.
        """
        return self._sessions.close(asdict(visitor), int(now) + DAY)

    def find(self, cookie: str, now: float) -> Visitor | None:
        """Give the person of a session by the cookie's value, None if it is forged or expired."""
        try:
            return Visitor(**self._sessions.open(cookie, now))
        except (ForgedError, StaleError):
            return None

    def form_token(self, cookie: str) -> str:
        """Give the token for a form of this session; other sites can't know it."""
        return self._forms.sign(cookie)
