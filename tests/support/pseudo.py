"""A pseudo-language: English in a disguise that shows what does not come from the catalog.

Every letter has an accent, so a plain one was written into the code; and every text is
longer by 40 %, as translations from English are. It is made of the English texts and is a
folder, as each language is.
"""

import math
import re
from pathlib import Path

from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import Identifier, TextElement
from fluent.syntax.visitor import Transformer

from locales import FOLDER

LANGUAGE = "eo"
"""Whose rules for plurals and times it borrows: those of nobody's mother tongue."""

GROWTH = 0.4
FILLER = "·"

ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļṁñöþǫŕšţûṽŵẋýž",
)

FIXED = re.compile(r"<[^>]+>|&\w+;|/\w+|@\w+|[A-Z][A-Z_]+[A-Z]")
"""What is the same in every language: tags, commands, names of bots and settings."""


def disguise(text: str) -> str:
    """Put a text into the disguise, but for what is the same in every language."""
    words: list[str] = FIXED.split(text)
    longer = sum(sign.isalpha() for word in words for sign in word) * GROWTH
    pieces = [word.translate(ACCENTED) for word in words]
    fixed = [*FIXED.findall(text), ""]
    whole = "".join(piece + same for piece, same in zip(pieces, fixed, strict=True))
    # Not behind the last space, which Fluent would take off.
    filled = whole.rstrip()
    return filled + FILLER * math.ceil(longer) + whole[len(filled) :]


def is_plain(text: str) -> bool:
    """Tell whether a text shows a letter that has no accent."""
    return bool(re.search("[A-Za-z]", FIXED.sub("", text)))


def write_language(folder: Path) -> Path:
    """Write the pseudo-language beside English, as whoever adds a language does.

    Args:
        folder: Where to.

    Returns:
        The folder of the languages.
    """
    for path in (FOLDER / "en").glob("*.ftl"):
        for language in ("en", LANGUAGE):
            (folder / language).mkdir(parents=True, exist_ok=True)
            resource = FluentParser().parse(path.read_text(encoding="utf-8"))
            if language == LANGUAGE:
                Disguise().visit(resource)
            written = FluentSerializer().serialize(resource)
            (folder / language / path.name).write_text(written, encoding="utf-8")
    return folder


class Disguise(Transformer):
    """Disguises the texts of a file, and neither keys nor variables."""

    def visit_TextElement(self, node: TextElement) -> TextElement:  # noqa: N802 - the library's
        node.value = disguise(node.value)
        return node

    def visit_Identifier(self, node: Identifier) -> Identifier:  # noqa: N802 - likewise
        return node
