"""Entities that a bot gives with a text, instead of a parse mode."""

from collections.abc import Iterable, Iterator

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.cleaning import check_encoding
from telegram_playground.formatting.dates import given_format
from telegram_playground.links import MAX_USER_ID, LinkError, check_link, integer, user_of_link
from telegram_playground.state import Json

FOUND_ONLY = frozenset(
    {
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bank_card_number",
    }
)
"""Types of entities that only Telegram sets, because it finds them itself."""

GIVEN = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    }
)
"""Types of entities that a bot can set (Bot API, MessageEntity)."""

NEEDED = {
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
"""The required field of entities of these types."""

MAX_PLACE = 1_000_000
"""The largest offset and length that the server takes."""


def given_entities(entities: Iterable[Json]) -> list[Json]:
    """Check entities that a bot gave with a text.

    Returns:
        The entities with the fields that Telegram keeps, without those that only Telegram sets.

    Raises:
        BadRequestError: If an entity is wrong.
    """
    checked = list(_checked(entities))
    for entity in checked:
        for name in ("offset", "length"):
            if not 0 <= entity[name] <= MAX_PLACE:
                raise BadRequestError(f"receive an entity with incorrect {name} {entity[name]}")
    return [entity for entity in checked if entity["length"]]


def _checked(entities: Iterable[Json]) -> Iterator[Json]:
    for entity in entities:
        kind = entity["type"]
        if kind in FOUND_ONLY:
            continue
        if kind not in GIVEN:
            raise _unreadable("Unsupported type specified")
        needed = NEEDED.get(kind)
        if needed is not None and entity.get(needed) is None:
            raise _unreadable(f'Can\'t find field "{needed}"')
        yield {"offset": entity["offset"], "length": entity["length"], **_fields(entity)}


def _fields(entity: Json) -> Json:
    match entity["type"]:
        case "pre" if entity.get("language"):
            return {"type": "pre", "language": entity["language"]}
        case "text_link":
            return _link(entity["url"])
        case "text_mention":
            return _mention(entity["user"]["id"])
        case "custom_emoji":
            return _emoji(entity["custom_emoji_id"])
        case "date_time":
            return _time(entity)
    return {"type": entity["type"]}


def _mention(user_id: int) -> Json:
    if not 0 < user_id <= MAX_USER_ID:
        raise BadRequestError("user not found")
    return {"type": "text_mention", "user": {"id": user_id}}


def _link(url: str) -> Json:
    check_encoding(url, "messageEntityTextUrl.url")
    user_id = user_of_link(url)
    if user_id is not None:
        return {"type": "text_mention", "user": {"id": user_id}}
    try:
        return {"type": "text_link", "url": check_link(url)}
    except LinkError as error:
        raise BadRequestError(f"entity URL '{url}' is invalid: {error}") from None


def _emoji(identifier: str) -> Json:
    number = integer(identifier, bits=64)
    if number is None:
        raise _unreadable('Field "custom_emoji_id" must be a valid Number')
    if number == 0:
        raise BadRequestError("invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": identifier}


def _time(entity: Json) -> Json:
    date_format = given_format(entity.get("date_time_format") or "")
    if date_format is None:
        raise _unreadable("Invalid date-time format specified")
    if entity["unix_time"] <= 0:
        raise BadRequestError("invalid date specified")
    return {
        "type": "date_time",
        "unix_time": entity["unix_time"],
        "date_time_format": date_format,
    }


def _unreadable(reason: str) -> BadRequestError:
    return BadRequestError(f"can't parse MessageEntity: {reason}")
