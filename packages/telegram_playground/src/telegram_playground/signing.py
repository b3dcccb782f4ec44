"""Signs data with the bot's token: the initData of Mini Apps, and logins."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from telegram_playground import json_text
from telegram_playground.state import Json

WEB_APP_VERSION = "9.1"


def init_data(token: str, user: Json, auth_date: int, **more: str) -> str:
    """Make the initData of a Mini App (core.telegram.org/bots/webapps, Validating data).

    Args:
        token: The bot's token.
        user: The `User` who opens the app.
        auth_date: The time of opening, in seconds since 1970.
        **more: Other fields of a `WebAppInitData`, such as `query_id`.
    """
    shown = {name: value for name, value in user.items() if name != "is_bot"}
    shown["allows_write_to_pm"] = True
    fields = {"user": json_text.encode(shown).decode(), "auth_date": str(auth_date), **more}
    key = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return urlencode(fields | {"hash": _signature(key, fields)})


def web_app_url(url: str, data: str, start_param: str | None = None) -> str:
    """Make the address by which clients open a Mini App, with initData and start parameter."""
    opened = {
        **({"tgWebAppData": data} if data else {}),
        "tgWebAppVersion": WEB_APP_VERSION,
        "tgWebAppPlatform": "weba",
    }
    address = urlsplit(url)
    if start_param is not None:
        address = _with_query(address, urlencode({"tgWebAppStartParam": start_param}))
    return urlunsplit(address._replace(fragment=urlencode(opened)))


def login_url(token: str, url: str, user: Json, auth_date: int) -> str:
    """Make an address with a signed login (core.telegram.org/widgets/login).

    Args:
        token: The bot's token.
        url: The address on the button.
        user: The `User` who logs in.
        auth_date: The time of the login, in seconds since 1970.
    """
    names = ("id", "first_name", "last_name", "username")
    fields = {name: str(user[name]) for name in names if name in user}
    fields["auth_date"] = str(auth_date)
    key = hashlib.sha256(token.encode()).digest()
    signed = urlencode(fields | {"hash": _signature(key, fields)})
    return urlunsplit(_with_query(urlsplit(url), signed))


def _with_query(address: SplitResult, query: str) -> SplitResult:
    return address._replace(query=f"{address.query}&{query}" if address.query else query)


def _signature(key: bytes, fields: Mapping[str, str]) -> str:
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    return hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
