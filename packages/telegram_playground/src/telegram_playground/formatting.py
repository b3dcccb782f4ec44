"""Texts as Telegram stores them: trimmed, limited, with entities in UTF-16 offsets."""

import re
from collections.abc import Callable, Iterator, Sequence

from aiogram.types import MessageEntity

from telegram_playground.errors import BadRequestError
from telegram_playground.html_text import parse_html
from telegram_playground.markdown_text import parse_markdown_v2
from telegram_playground.markup_text import utf16_length
from telegram_playground.old_markdown_text import parse_markdown
from telegram_playground.state import Json

MAX_LENGTH = 4096
"""Characters of a text after its entities were parsed (Bot API, sendMessage)."""

MAX_BYTES = 1 << 15
"""Bytes of a text before its entities are parsed."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
DETECTED = re.compile(
    r"""
    (?P<bot_command> (?<![\w/<>]) / [a-zA-Z0-9_]{1,64} (?:@[a-zA-Z0-9_]{3,32})? (?![\w/<>]) )
  | (?P<email> (?<![\w.+-]) [\w.+-]{1,64} @ (?:[a-zA-Z0-9-]+\.)+ [a-zA-Z]{2,} )
  | (?P<mention> (?<!\w) @ [a-zA-Z0-9_]{2,32} (?!\w) )
  | (?P<url> (?<![\w@])
      (?: https?://[^\s<>"]+ | (?:[\w-]+\.)+(?:com|org|net|io|dev|me)\b[^\s<>"]* )
      (?<![.,:;!?)]) )
  | (?P<hashtag> (?<!\w) \# \w*[^\W\d]\w* )
  | (?P<cashtag> (?<!\w) \$ [A-Z0-9]{1,8} (?!\w) )
    """,
    re.VERBOSE,
)
"""Entities that Telegram finds by itself; a simpler form of `find_entities` in tdlib."""

SIGN = re.compile(r"[/@#$.]")
"""Any character without which `DETECTED` matches nothing; looking for it is fast."""

FOUND_ONLY = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
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

NEEDED = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id"}
"""The required field of entities of these types."""

PARSERS: dict[str, Callable[[str], tuple[str, list[Json]]]] = {
    "html": parse_html,
    "markdown": parse_markdown,
    "markdownv2": parse_markdown_v2,
}


def format_text(
    text: str | None, parse_mode: str | None, entities: Sequence[MessageEntity] | None
) -> tuple[str, list[Json]]:
    """Parse and check a text that a bot sends.

    Args:
        text: The text as it was sent.
        parse_mode: `HTML`, `MarkdownV2` or `Markdown`, in upper or lower case; `None` for none.
        entities: The entities given with the text; ignored if there is a parse mode.

    Returns:
        The text without markup, and its entities with offsets in UTF-16 units.

    Raises:
        BadRequestError: If the text is empty or too long, or its markup is wrong.
    """
    if not text:
        raise BadRequestError("message text is empty")
    if len(text.encode()) > MAX_BYTES:
        raise BadRequestError("text is too long")
    mode = (parse_mode or "none").lower()
    if mode == "none":
        given = [_given_entity(entity, text) for entity in entities or ()]
        found = [entity for entity in given if entity is not None]
    elif mode in PARSERS:
        text, found = PARSERS[mode](text)
    else:
        raise BadRequestError("unsupported parse_mode")
    return finish_text(text, found)


def finish_text(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Clean and trim a text, check its length, and find commands, mentions and links in it.

    Args:
        text: The text without markup.
        entities: Its entities so far.

    Returns:
        The text, and all its entities in order.

    Raises:
        BadRequestError: If the text is blank or too long.
    """
    text = CONTROL.sub(" ", text.replace("\r", ""))
    stripped = text.rstrip()
    start = len(stripped) - len(stripped.lstrip(" \n"))
    if entities:
        start = min(start, *(entity["offset"] for entity in entities))
    text = stripped[start:]
    if not text.strip():
        raise BadRequestError("text must be non-empty")
    if len(text) > MAX_LENGTH:
        raise BadRequestError("message is too long")
    kept = list(_fit(entities, start, utf16_length(text)))
    kept += _detect(text, kept)
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return text, kept


def _given_entity(entity: MessageEntity, text: str) -> Json | None:
    if entity.type in FOUND_ONLY:
        return None
    if entity.type not in GIVEN:
        raise BadRequestError("can't parse MessageEntity: Unsupported type specified")
    needed = NEEDED.get(entity.type)
    if needed is not None and getattr(entity, needed) is None:
        raise BadRequestError(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    end = utf16_length(text)
    if entity.offset < 0 or entity.offset > end:
        raise BadRequestError(
            f"entity begins after the end of the text at UTF-16 offset {entity.offset}"
        )
    if entity.offset + entity.length > end:
        raise BadRequestError(
            f"entity beginning at UTF-16 offset {entity.offset} ends after the end of the text"
            f" at UTF-16 offset {entity.offset + entity.length}"
        )
    return entity.model_dump(exclude_none=True)


def _fit(entities: list[Json], start: int, end: int) -> Iterator[Json]:
    """Adapt entities to a text of which `start` units were cut off and that ends at `end`."""
    for entity in entities:
        offset = entity["offset"] - start
        length = min(entity["length"], end - offset)
        if length > 0:
            yield {**entity, "offset": offset, "length": length}


def _detect(text: str, taken: list[Json]) -> Iterator[Json]:
    """Find entities that do not overlap code, links or custom emoji."""
    if SIGN.search(text) is None:
        return
    spans = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in taken
        if entity["type"] in {"code", "pre", "text_link", "text_mention", "custom_emoji"}
    ]
    for match in DETECTED.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match.group())
        if not any(begin < offset + length and offset < end for begin, end in spans):
            yield {"offset": offset, "length": length, "type": match.lastgroup}
