"""A pseudo-language: changed English, which shows texts that do not come from the catalog.

Every letter has an accent, so a plain letter was written into the code. Every text is 40 %
longer, as translations from English are. The language is a folder made from the English texts.
"""

import math
import re
from pathlib import Path

from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax.ast import Identifier, TextElement
from fluent.syntax.visitor import Transformer

from locales import FOLDER

LANGUAGE = "eo"
"""The language whose rules for plurals and times it uses: one that Tally does not speak."""

GROWTH = 0.4
FILLER = "·"

ACCENTED = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļṁñöþǫŕšţûṽŵẋýž",
)

FIXED = re.compile(r"<[^>]+>|&\w+;|/\w+|@\w+|[A-Z][A-Z_]+[A-Z]")
"""Parts that are the same in every language: tags, commands, names of bots and settings."""


def disguise(text: str) -> str:
    """Change a text, except the parts that are the same in every language."""
    words: list[str] = FIXED.split(text)
    longer = sum(sign.isalpha() for word in words for sign in word) * GROWTH
    pieces = [word.translate(ACCENTED) for word in words]
    fixed = [*FIXED.findall(text), ""]
    whole = "".join(piece + same for piece, same in zip(pieces, fixed, strict=True))
    # Not behind the last space, because Fluent would strip it.
    filled = whole.rstrip()
    return filled + FILLER * math.ceil(longer) + whole[len(filled) :]


def is_plain(text: str) -> bool:
    """Tell whether a text has a letter without an accent."""
    return bool(re.search("[A-Za-z]", FIXED.sub("", text)))


def write_language(folder: Path) -> Path:
    """Write the pseudo-language beside English, as a translator adds a language.

    Args:
        folder: The folder for the languages.

    Returns:
        That folder.
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
    """Changes the texts of a file, but neither keys nor variables."""

    def visit_TextElement(self, node: TextElement) -> TextElement:  # noqa: N802 - the library's
        node.value = disguise(node.value)
        return node

    def visit_Identifier(self, node: Identifier) -> Identifier:  # noqa: N802 - likewise
        return node
