"""Character references in HTML, by the rules of `decode_html_entity` in tdlib."""

import re
import sys

REFERENCE = re.compile(
    r"&(?:#x(?P<hexadecimal>[0-9a-fA-F]*+)|#(?P<decimal>[0-9]*+)|(?P<name>[a-zA-Z]*+));?"
)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
MAX_REFERENCE = 9
"""Characters of a reference by number, without its semicolon."""


def unescape(text: str) -> str:
    """Replace character references; those that Telegram does not know stay as they are."""
    return REFERENCE.sub(_referenced, text) if "&" in text else text


def _referenced(reference: re.Match[str]) -> str:
    if reference["name"] is not None:
        return NAMED.get(reference["name"], reference.group())
    if len(reference.group().removesuffix(";")) > MAX_REFERENCE:
        return reference.group()
    hexadecimal = reference["hexadecimal"]
    code = int(reference["decimal"] or "0") if hexadecimal is None else int(hexadecimal or "0", 16)
    return chr(code) if 0 < code < sys.maxunicode else reference.group()
