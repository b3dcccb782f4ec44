"""Cleans and trims texts, and moves their entities along, by the rules of tdlib."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.utf16 import Offsets, utf16_length
from telegram_playground.state import Json

CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
"""Characters that become spaces."""

REMOVED = re.compile("[\r\u2028-\u202e\u030a\u0333\u033f]")
"""Carriage returns, separators of lines, overrides of direction, and lines through other lines."""

REPEATED_MARK = re.compile("[\u200e\u200f](?=[\u200e\u200f])")
"""A mark of direction before another one; it becomes a joiner that does nothing."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a pair of UTF-16 units, which no text in UTF-8 can contain."""

BLANK = re.compile(
    "[ \n\xa0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc"
    "\U000e0000-\U000e007f]*"
)
"""A text that shows nothing."""


def clean(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Remove what Telegram does not keep in a text.

    Args:
        text: The text.
        entities: Its entities, in order and nested; not empty.

    Returns:
        The clean text, and the entities that still contain something.

    Raises:
        BadRequestError: If an entity does not fit the text.
    """
    if entities:
        _check_places(text, entities)
        offsets = Offsets(text)
        gone = [offsets.offset(found.start()) for found in REMOVED.finditer(text)]
        entities = list(_moved(entities, gone)) if gone else entities
    text = CONTROL.sub(" ", REMOVED.sub("", text))
    return REPEATED_MARK.sub("\u200c", text), entities


def check_encoding(text: str, name: str) -> None:
    """Refuse a text with half of a surrogate pair; the refusal begins with `name`."""
    if SURROGATE.search(text):
        raise BadRequestError(f"{name} must be encoded in UTF-8")


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Cut off spaces and newlines at both ends, but none before which an entity begins."""
    text = text.rstrip(" \n")
    end = utf16_length(text)
    kept = [
        entity | {"length": min(entity["length"], end - entity["offset"])}
        for entity in entities
        if entity["offset"] < end
    ]
    start = len(text) - len(text.lstrip(" \n"))
    if kept:
        start = min(start, kept[0]["offset"])
    return text[start:], [entity | {"offset": entity["offset"] - start} for entity in kept]


def is_blank(text: str) -> bool:
    """Whether a text consists of spaces and invisible characters."""
    return BLANK.fullmatch(text) is not None


def _moved(entities: list[Json], gone: list[int]) -> Iterator[Json]:
    """Move entities to where they are without the units at the offsets `gone`."""
    for entity in entities:
        before = bisect_left(gone, entity["offset"])
        inside = bisect_left(gone, entity["offset"] + entity["length"]) - before
        if entity["length"] > inside:
            yield entity | {
                "offset": entity["offset"] - before,
                "length": entity["length"] - inside,
            }


def _check_places(text: str, entities: list[Json]) -> None:
    """Refuse an entity that begins or ends in the middle of a character, or after the text."""
    offsets = Offsets(text)
    in_middle = [
        (offset, begins, number if begins else -number, entity)
        for number, entity in enumerate(entities)
        for begins, offset in enumerate((entity["offset"] + entity["length"], entity["offset"]))
        if offsets.splits_character(offset)
    ]
    if in_middle:
        offset, begins, _, entity = min(in_middle, key=lambda found: found[:3])
        before = text[: offsets.position(offset)]
        place = f"in a middle of a UTF-16 symbol at byte offset {len(before.encode())}"
        if begins:
            raise BadRequestError(f"entity begins {place}")
        raise BadRequestError(f"entity beginning at UTF-16 offset {entity['offset']} ends {place}")
    length = utf16_length(text)
    for entity in entities:
        if entity["offset"] > length:
            raise BadRequestError(
                f"entity begins after the end of the text at UTF-16 offset {entity['offset']}"
            )
    for entity in reversed(entities):
        end = entity["offset"] + entity["length"]
        if end > length:
            raise BadRequestError(
                f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the"
                f" text at UTF-16 offset {end}"
            )
