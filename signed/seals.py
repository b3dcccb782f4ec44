"""Signed JSON with an expiry time that a client keeps for the bot."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson

UNTIL = "until"
"""The field with the expiry time, in seconds since 1970."""


class ForgedError(Exception):
    """The signature is not valid: another key or purpose, or the content was changed."""


class StaleError(Exception):
    """The content has expired."""


class Seal:
    """Signs contents and checks them, without storing anything.

    Args:
        token: The bot's token; the key is derived from it, so all workers have the same.
        purpose: Part of the key: a content signed for one purpose is not valid for another.
    """

    def __init__(self, token: str, purpose: str) -> None:
        self._key = hmac.digest(token.encode(), f"tally {purpose}".encode(), "sha256")

    def close(self, content: dict[str, Any], until: int) -> str:
        """Sign a content. It is not encrypted.

        Args:
            content: Anything that JSON can hold.
            until: The expiry time, in seconds since 1970.

        Returns:
            A text of A-Z, a-z, 0-9, -, _ and one dot.
        """
        payload = _plain(orjson.dumps({**content, UNTIL: until}))
        return f"{payload}.{self.sign(payload)}"

    def open(self, text: str, now: float) -> dict[str, Any]:
        """Check and read a content.

        Args:
            text: Any text from a client.
            now: The current time, in seconds since 1970.

        Raises:
            ForgedError: `close` did not give this text.
            StaleError: It has expired.
        """
        payload, _, signature = text.partition(".")
        if not hmac.compare_digest(_bytes(signature), self.sign(payload).encode()):
            raise ForgedError
        content: dict[str, Any] = orjson.loads(
            urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        )
        if now >= content.pop(UNTIL):
            raise StaleError
        return content

    def sign(self, text: str) -> str:
        """Give the signature of a text, in characters of A-Z, a-z, 0-9, - and _."""
        return _plain(hmac.digest(self._key, _bytes(text), "sha256"))


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    # A text from a client may contain surrogates.
    return text.encode(errors="surrogatepass")
