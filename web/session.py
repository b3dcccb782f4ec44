"""Who is logged in: kept by their own browser, in a cookie that only this bot can have signed."""

from dataclasses import asdict

from signed.seals import ForgedError, Seal, StaleError
from web.signed_login import Visitor

DAY = 24 * 60 * 60
"""Seconds that a session lasts."""


class Sessions:
    """Signs and reads sessions; nothing of them is kept here.

    Args:
        token: The bot's.
    """

    def __init__(self, token: str) -> None:
        self._sessions = Seal(token, "login session")
        self._forms = Seal(token, "logout form")

    def begin(self, visitor: Visitor, now: float) -> str:
        """Begin a session.

        Args:
            visitor: Who has logged in.
            now: The time, in seconds since 1970.

        Returns:
            The cookie's value.
        """
        return self._sessions.close(asdict(visitor), int(now) + DAY)

    def find(self, cookie: str, now: float) -> Visitor | None:
        """Tell whose session a cookie's value is; None if it is none of ours, or over."""
        try:
            return Visitor(**self._sessions.open(cookie, now))
        except (ForgedError, StaleError):
            return None

    def form_token(self, cookie: str) -> str:
        """Give what a form of this session's page carries, and no other site can know."""
        return self._forms.sign(cookie)
