"""Parses, cleans and limits a text, and finds entities in it."""

from collections.abc import Callable, Iterable, Iterator

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.cleaning import check_encoding, clean, is_blank, trim
from telegram_playground.formatting.given import given_entities
from telegram_playground.formatting.html_text import parse_html
from telegram_playground.formatting.markdown_text import parse_markdown_v2
from telegram_playground.formatting.nesting import STYLES, add_found, join_styles, nest
from telegram_playground.formatting.old_markdown_text import parse_markdown
from telegram_playground.formatting.plain_text import find_entities
from telegram_playground.state import Json

MAX_LENGTH = 4096
"""Characters of a text after its entities were parsed (Bot API, sendMessage)."""

MAX_BYTES = 1 << 15
"""Bytes of a text before its entities are parsed."""

MAX_ENTITIES = 100
"""Entities of a sender that a message keeps, apart from custom emoji."""

STRINGS = {"url": "messageEntityTextUrl.url", "language": "messageEntityPreCode.language"}
"""Fields of entities that are cleaned like texts, and their names in refusals."""

HIDDEN = frozenset({"bank_card_number"})
"""Types of entities that split styles, but that the Bot API does not show."""

PARSERS: dict[str, Callable[[str], tuple[str, list[Json]]]] = {
    "html": parse_html,
    "markdown": parse_markdown,
    "markdownv2": parse_markdown_v2,
}

Resolve = Callable[[Json], Json | None]
"""Completes an entity; `None` drops it."""


def format_text(
    text: str,
    parse_mode: str | None,
    entities: Iterable[Json] | None,
    *,
    resolve: Resolve = lambda entity: entity,
    may_be_blank: bool = False,
) -> tuple[str, list[Json]]:
    """Parse and check a text that a bot sends.

    Args:
        text: The text as it was sent.
        parse_mode: `HTML`, `MarkdownV2` or `Markdown`, in upper or lower case; `None` for none.
        entities: The entities given with the text; ignored if there is a parse mode.
        resolve: Completes the entities that the sender gave.
        may_be_blank: A text that shows nothing is taken.

    Returns:
        The text without markup, and its entities with offsets in UTF-16 units.

    Raises:
        BadRequestError: If the text is blank or too long, or its markup is wrong.
    """
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise BadRequestError("text is too long")
    mode = (parse_mode or "none").lower()
    if mode == "none" or not text:
        check_encoding(text, "strings")
        found = given_entities(entities or ())
    elif mode in PARSERS:
        check_encoding(text, "text")
        text, found = PARSERS[mode](text)
    else:
        raise BadRequestError("unsupported parse_mode")
    for entity in found:
        for field, name in STRINGS.items():
            if field in entity:
                check_encoding(entity[field], name)
                entity[field], _ = clean(entity[field], [])
    return finish_text(text, found, resolve=resolve, may_be_blank=may_be_blank)


def finish_text(
    text: str,
    entities: list[Json],
    *,
    resolve: Resolve = lambda entity: entity,
    may_be_blank: bool = False,
) -> tuple[str, list[Json]]:
    """Clean and trim a text, check its length, and find commands, mentions and links in it.

    Args:
        text: The text without markup.
        entities: The entities that the sender gave, in any order; none is empty.
        resolve: Completes each of them.
        may_be_blank: A text that shows nothing is taken.

    Returns:
        The text, and all entities that the Bot API shows, in order.

    Raises:
        BadRequestError: If the text is blank or too long, or an entity does not fit it.
    """
    text, entities = clean(text, nest(entities))
    text, entities = trim(text, nest(entities))
    if not may_be_blank and is_blank(text):
        raise BadRequestError("text must be non-empty")
    if len(text) > MAX_LENGTH:
        raise BadRequestError("message is too long")
    shown = add_found(nest(list(_sent(entities, resolve))), find_entities(text))
    return text, [entity for entity in shown if entity["type"] not in HIDDEN]


def _sent(entities: list[Json], resolve: Resolve) -> Iterator[Json]:
    """Give the entities that reach Telegram's servers: at most 100, styles last."""
    kept = 0
    resolved = [done for entity in entities if (done := resolve(entity)) is not None]
    for entity in sorted(join_styles(resolved), key=lambda entity: entity["type"] in STYLES):
        if entity["type"] == "custom_emoji":
            yield entity
        elif kept < MAX_ENTITIES:
            kept += 1
            yield entity
