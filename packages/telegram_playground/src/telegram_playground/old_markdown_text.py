"""Telegram's legacy Markdown, by the rules of `parse_markdown` in `MessageEntity.cpp`."""

import re

from telegram_playground.links import link_entity
from telegram_playground.markup_text import MarkupText, refuse
from telegram_playground.state import Json

TOKEN = re.compile(
    r"""
    \\ (?P<escaped> [_*`\[] )
  | ``` (?: (?P<language> [^\s`]+ ) (?=\s) )? (?: \r\n | \n\r | \r | \n )? (?P<pre> .*? ) ```
  | ` (?!``) (?P<code> [^`]* ) `
  | \* (?P<bold> [^*]* ) \*
  | _ (?P<italic> [^_]* ) _
  | \[ (?P<linked> [^\]]* ) \] (?: \( (?P<url> [^)]* ) \)? )?
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
        The text without marks, and its entities with offsets in UTF-16 units.

    Raises:
        BadRequestError: If a mark is not closed.
    """
    out = MarkupText(source)
    for token in TOKEN.finditer(source):
        begin = out.offset
        match token.lastgroup:
            case "begin":
                offset = out.byte_offset(token.start())
                raise refuse(f"Can't find end of the entity starting at byte offset {offset}")
            case "pre":
                out.add(token["pre"])
                out.mark(
                    begin, "pre", **({"language": token["language"]} if token["language"] else {})
                )
            case "linked" | "url":
                out.add(token["linked"])
                details = link_entity(token["url"] or token["linked"])
                if details is not None:
                    out.mark(begin, **details)
            case "bold" | "italic" | "code" as type_:
                out.add(token[type_])
                out.mark(begin, type_)
            case group:
                out.add(token[group or 0])
    return out.text(), out.entities
