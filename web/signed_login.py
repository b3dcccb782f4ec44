"""What Telegram tells a page about who logs in, and whether it is Telegram that says so.

The same for both entrances, the `login_url` button and the login widget:
https://core.telegram.org/widgets/login#checking-authorization
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from multidict import MultiMapping

from web.freshness import ClockError, Freshness, TooOldError

MAX_AGE = 60 * 60
"""Seconds that a signed login may take to get here. Whoever sees such an address can use
it, so it must not be good for long; and the person has only just pressed the button."""

NEEDED = frozenset({"id", "auth_date", "hash"})
"""The parameters that every login has."""
NUMBER = re.compile(r"[0-9]{1,18}")


class LoginError(Exception):
    """A login that is not believed.

    Args:
        status: How to answer.
        key: The text for the person.
    """

    def __init__(self, status: HTTPStatus, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who has logged in.

    Attributes:
        id: Their Telegram id.
        name: First and last name.
        username: Without the `@`, empty if they have none.
    """

    id: int
    name: str
    username: str


def read_login(query: MultiMapping[str], token: str, now: float, freshness: Freshness) -> Visitor:
    """Read a signed login.

    Args:
        query: The parameters that Telegram has appended to the page's address, without the
            page's own. All of them are signed, also those of a later Bot API.
        token: The bot's token.
        now: The time, in seconds since 1970.
        freshness: Tells whether a login still counts.

    Raises:
        LoginError: Something is missing or doubled, the signature is not this bot's, it is too
            old, or the clocks do not agree.
    """
    fields = dict(query)
    numbers = (fields.get("id", ""), fields.get("auth_date", ""))
    if len(fields) < len(query) or not fields.keys() >= NEEDED:
        raise LoginError(HTTPStatus.BAD_REQUEST, "login-incomplete")
    if not all(map(NUMBER.fullmatch, numbers)):
        raise LoginError(HTTPStatus.BAD_REQUEST, "login-incomplete")
    said = fields.pop("hash").encode(errors="surrogatepass")
    if not hmac.compare_digest(said, _signature(fields, token)):
        raise LoginError(HTTPStatus.FORBIDDEN, "login-forged")
    try:
        freshness.check("login", int(fields["auth_date"]), now, MAX_AGE)
    except TooOldError:
        raise LoginError(HTTPStatus.UNAUTHORIZED, "login-stale") from None
    except ClockError:
        raise LoginError(HTTPStatus.UNAUTHORIZED, "login-clock") from None
    names = (fields.get("first_name", ""), fields.get("last_name", ""))
    name = " ".join(filter(None, names)) or fields["id"]
    return Visitor(int(fields["id"]), name, fields.get("username", ""))


def _signature(fields: Mapping[str, str], token: str) -> bytes:
    # aiogram.utils.auth_widget compares in a time that tells how much was right, and
    # takes a field called "token" for its own argument.
    key = hashlib.sha256(token.encode()).digest()
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    signed = hmac.new(key, lines.encode(errors="surrogatepass"), "sha256")
    return signed.hexdigest().encode()
