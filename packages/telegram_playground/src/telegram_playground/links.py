"""Links in texts and on buttons, by the rules of tdlib's `LinkManager`."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

from telegram_playground.state import Json

OWN_SCHEMES = frozenset({"tg", "ton", "tonsite"})
NUMBER = re.compile(r"[0-9]{1,18}")
WEB_SCHEMES = frozenset({"http", "https"})


def split(url: str) -> SplitResult | None:
    """Split a link into its parts; `None` if it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def number(text: str) -> int | None:
    """Read a number of at most 18 digits, which fits into 64 bits; `None` if it is none."""
    return int(text) if NUMBER.fullmatch(text) else None


def user_of_link(url: str) -> int | None:
    """Give the user id of a link such as `tg://user?id=42`; `None` for any other link."""
    parts = split(url)
    if parts is None or parts.scheme != "tg" or parts.netloc != "user":
        return None
    return number(parse_qs(parts.query).get("id", [""])[0])


def checked_link(url: str) -> str | None:
    """Complete a link with a scheme and a path, as Telegram stores it.

    Returns:
        The link, or `None` if Telegram does not accept it.
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
    """Whether a bot may let people open a page: it is https, or on this machine.

    A local Bot API server accepts http on this machine too.
    """
    return is_loopback(url) or (checked_link(url) is not None and url.startswith("https://"))


def link_entity(url: str) -> Json | None:
    """Give the fields of the entity for a link, its type as `type_`; `None` if it is no link."""
    user_id = user_of_link(url)
    if user_id is not None:
        return {"type_": "text_mention", "user": {"id": user_id}}
    link = checked_link(url)
    return {"type_": "text_link", "url": link} if link else None
