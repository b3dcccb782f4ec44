"""Links in texts and on buttons, by the rules of tdlib's `LinkManager`."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

from telegram_playground.state import Json

OWN_SCHEMES = frozenset({"tg", "ton", "tonsite"})
NUMBER = re.compile(r"[0-9]{1,18}")
WEB_SCHEMES = frozenset({"http", "https"})


def split(url: str) -> SplitResult | None:
    """The parts of a link; `None` if it is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def number(text: str) -> int | None:
    """A number of at most 18 digits, which fits wherever Telegram has numbers; `None` if none."""
    return int(text) if NUMBER.fullmatch(text) else None


def user_of_link(url: str) -> int | None:
    """The user whom a link such as `tg://user?id=42` points to, if it does."""
    parts = split(url)
    if parts is None or parts.scheme != "tg" or parts.netloc != "user":
        return None
    return number(parse_qs(parts.query).get("id", [""])[0])


def checked_link(url: str) -> str | None:
    """A link as Telegram stores it: with a scheme and a path.

    Returns:
        The link, or `None` if it leads nowhere.
    """
    parts = split(url if "://" in url else f"http://{url}")
    host = (parts.hostname or "") if parts else ""
    if parts is None or not host or any(letter.isspace() for letter in url.strip()):
        return None
    if parts.scheme in OWN_SCHEMES:
        return parts.geturl()
    if parts.scheme not in WEB_SCHEMES or ("." not in host and ":" not in host):
        return None
    return parts._replace(path=parts.path or "/").geturl()


def is_loopback(url: str) -> bool:
    """Whether a link leads to a page on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        own = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
    return own and parts.scheme in WEB_SCHEMES


def is_page(url: str) -> bool:
    """Whether a link leads to a page that a bot may have opened: an https one.

    On this machine http will do, as for a local Bot API server.
    """
    return is_loopback(url) or (checked_link(url) is not None and url.startswith("https://"))


def link_entity(url: str) -> Json | None:
    """What a link makes of its text: its type as `type_` and more; `None` if it leads nowhere."""
    user_id = user_of_link(url)
    if user_id is not None:
        return {"type_": "text_mention", "user": {"id": user_id}}
    link = checked_link(url)
    return {"type_": "text_link", "url": link} if link else None
