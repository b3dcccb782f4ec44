"""Checks the login data that Telegram adds to the page's address.

The `login_url` button and the login widget sign it in the same way:
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
"""Seconds that a signed login is valid. It is short because anybody who sees the address can use
it; the person presses the button just before."""

NEEDED = frozenset({"id", "auth_date", "hash"})
"""Parameters that each login has."""
NUMBER = re.compile(r"[0-9]{1,18}")


class LoginError(Exception):
    """A login is refused.

    Args:
        status: The HTTP status of the answer.
        key: The key of the text for the person.
    """

    def __init__(self, status: HTTPStatus, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who has logged in.

    Attributes:
        id: Their Telegram id.
        name: First and last name.
        username: The username without `@`, empty if they have none.
    """

    id: int
    name: str
    username: str


def read_login(query: MultiMapping[str], token: str, now: float, freshness: Freshness) -> Visitor:
    """Check and read a signed login.

    Args:
        query: The parameters that Telegram has added to the page's address, without the page's
            own. Telegram signs all of them, including those of later Bot API versions.
        token: The bot's token.
        now: The current time, in seconds since 1970.
        freshness: Checks the age of the login.

    Raises:
        LoginError: A parameter is missing or repeated, the signature is not valid for this bot,
            the login is too old, or the clocks differ.
    """
    fields = dict(query)
    numbers = (fields.get("id", ""), fields.get("auth_date", ""))
    if len(fields) < len(query) or not fields.keys() >= NEEDED:
        raise LoginError(HTTPStatus.BAD_REQUEST, "login-incomplete")
    if not all(map(NUMBER.fullmatch, numbers)):
        raise LoginError(HTTPStatus.BAD_REQUEST, "login-incomplete")
    signature = fields.pop("hash").encode(errors="surrogatepass")
    if not hmac.compare_digest(signature, _signature(fields, token)):
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
    # Not aiogram.utils.auth_widget: it does not compare in constant time, and it takes a field
    # called "token" for its own argument.
    key = hashlib.sha256(token.encode()).digest()
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    signed = hmac.new(key, lines.encode(errors="surrogatepass"), "sha256")
    return signed.hexdigest().encode()
