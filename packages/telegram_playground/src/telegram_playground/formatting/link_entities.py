"""Entities that links in markup make."""

from telegram_playground.formatting.dates import markup_format
from telegram_playground.links import checked_link, integer, own_parameters, user_of_link
from telegram_playground.state import Json


def link_entity(url: str) -> Json | None:
    """Give type and fields of the entity for a link; `None` if it is no link."""
    user_id = user_of_link(url)
    if user_id is not None:
        return {"type": "text_mention", "user": {"id": user_id}}
    link = checked_link(url)
    return {"type": "text_link", "url": link} if link else None


def special_entity(url: str) -> Json | None:
    """Give type and fields for `tg://emoji?id=...` or `tg://time?unix=...`; `None` for others."""
    for name, value in own_parameters(url, "emoji"):
        if name == "id":
            number = integer(value, bits=64)
            return {"type": "custom_emoji", "custom_emoji_id": value} if number else None
    unix: int | None = None
    wanted = ""
    for name, value in own_parameters(url, "time"):
        if name == "unix":
            unix = integer(value, bits=32)
            if unix is None or unix <= 0:
                return None
        elif name == "format":
            wanted = value
    date_format = markup_format(wanted)
    if unix is None or date_format is None:
        return None
    return {"type": "date_time", "unix_time": unix, "date_time_format": date_format}
