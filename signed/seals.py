"""What a client keeps for the bot: signed, so that nobody else can make it up, and for a time."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson

UNTIL = "until"
"""The field of a content that says when it ends, in seconds since 1970."""


class ForgedError(Exception):
    """It was not sealed here, or changed since, or for another purpose."""


class StaleError(Exception):
    """Its time is over."""


class Seal:
    """Signs contents and reads them again; nothing of them is kept here.

    Args:
        token: The bot's, from which the key is derived, the same in every worker.
        purpose: What it is for. What was sealed for one purpose is worth nothing for another.
    """

    def __init__(self, token: str, purpose: str) -> None:
        self._key = hmac.digest(token.encode(), f"tally {purpose}".encode(), "sha256")

    def close(self, content: dict[str, Any], until: int) -> str:
        """Seal a content: a text of A-Z, a-z, 0-9, -, _ and one dot, for anybody to read.

        Args:
            content: Plain JSON.
            until: When it ends, in seconds since 1970.
        """
        payload = _plain(orjson.dumps({**content, UNTIL: until}))
        return f"{payload}.{self.sign(payload)}"

    def open(self, text: str, now: float) -> dict[str, Any]:
        """Read a content.

        Args:
            text: What a client says that `close` has given.
            now: The time, in seconds since 1970.

        Raises:
            ForgedError: It was not sealed here, or changed since.
            StaleError: Its time is over.
        """
        payload, _, said = text.partition(".")
        if not hmac.compare_digest(_bytes(said), self.sign(payload).encode()):
            raise ForgedError
        content: dict[str, Any] = orjson.loads(
            urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        )
        if now >= content.pop(UNTIL):
            raise StaleError
        return content

    def sign(self, text: str) -> str:
        """Give what proves that a text is ours, itself of A-Z, a-z, 0-9, - and _."""
        return _plain(hmac.digest(self._key, _bytes(text), "sha256"))


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    # What clients say need not be text at all.
    return text.encode(errors="surrogatepass")
