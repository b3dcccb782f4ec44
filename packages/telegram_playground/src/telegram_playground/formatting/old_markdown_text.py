"""Telegram's legacy Markdown, by the rules of `parse_markdown` in `MessageEntity.cpp`."""

import re

from telegram_playground.formatting.link_entities import link_entity
from telegram_playground.formatting.markup_text import MarkupText, refuse
from telegram_playground.state import Json

TOKEN = re.compile(
    r"""
    \\ (?P<escaped> [_*`\[] )
  | ```
    (?: (?P<language> [^ \t\r\n\v\0`]+ ) (?= [ \t\r\n\v] ) )?
    (?: \r\n | \n\r | \r | \n )?
    (?P<pre> .*? ) ```
  | ` (?!``) (?P<code> [^`]* ) `
  | \* (?P<bold> [^*]* ) \*
  | _ (?P<italic> [^_]* ) _
  | \[ (?: \] | (?P<linked> [^\]]+ ) \] (?: \( (?P<url> [^)]* ) \)? )? )
  | (?P<begin> [_*`\[] )
  | (?P<text> [^\\_*`\[]+ | \\ )
    """,
    re.VERBOSE | re.DOTALL,
)


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Parse legacy Markdown, whose marks do not nest.

    Args:
        source: The text with marks.

    Returns:
        The text without marks, and its entities with offsets in UTF-16 units, in order.

    Raises:
        BadRequestError: If a mark is not closed.
    """
    out = MarkupText(source)
    for token in TOKEN.finditer(source):
        if token["begin"]:
            offset = out.byte_offset(token.start())
            raise refuse(f"Can't find end of the entity starting at byte offset {offset}")
        place = out.here()
        match token.lastgroup:
            case None:  # `[]` without a text
                fields: Json | None = None
            case "linked" | "url":
                out.add(token["linked"])
                fields = link_entity(token["linked"] if token["url"] is None else token["url"])
            case "pre":
                out.add(token["pre"])
                fields = {"type": "pre"}
                if token["language"]:
                    fields["language"] = token["language"]
            case "bold" | "italic" | "code" as type_:
                out.add(token[type_])
                fields = {"type": type_}
            case group:
                out.add(token[group])
                fields = None
        if fields is not None:
            out.mark(place, fields)
    return out.text(), out.entities
