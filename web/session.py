"""Who is logged in: kept by their own browser, in a cookie that only this bot can have signed."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict

import orjson

from web.signed_login import Visitor

DAY = 24 * 60 * 60
"""Seconds that a session lasts."""


class Sessions:
    """Signs and reads sessions; nothing of them is kept here.

    Args:
        token: The bot's token, from which every worker derives the same keys. Each key is
            for one purpose, and none is Telegram's: what is signed for one is worth nothing
            for another.
    """

    def __init__(self, token: str) -> None:
        self._session_key = hmac.digest(token.encode(), b"tally login session", "sha256")
        self._form_key = hmac.digest(token.encode(), b"tally logout form", "sha256")

    def begin(self, visitor: Visitor, now: float) -> str:
        """Begin a session.

        Args:
            visitor: Who has logged in.
            now: The time, in seconds since 1970.

        Returns:
            The cookie's value.
        """
        content = orjson.dumps({**asdict(visitor), "until": int(now) + DAY})
        payload = urlsafe_b64encode(content).decode()
        return f"{payload}.{self._sign(self._session_key, payload)}"

    def find(self, cookie: str, now: float) -> Visitor | None:
        """Tell whose session a cookie's value is; None if it is none of ours, or over."""
        payload, _, said = cookie.rpartition(".")
        expected = self._sign(self._session_key, payload)
        if not hmac.compare_digest(said.encode(errors="surrogatepass"), expected.encode()):
            return None
        content = orjson.loads(urlsafe_b64decode(payload))
        if now >= content.pop("until"):
            return None
        return Visitor(**content)

    def form_token(self, cookie: str) -> str:
        """Give what a form of this session's page carries, and no other site can know."""
        return self._sign(self._form_key, cookie)

    def _sign(self, key: bytes, text: str) -> str:
        return hmac.new(key, text.encode(errors="surrogatepass"), "sha256").hexdigest()
