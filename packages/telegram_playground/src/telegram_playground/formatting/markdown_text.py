"""Telegram's MarkdownV2, by the rules of `parse_markdown_v2` in tdlib's `MessageEntity.cpp`."""

import re
from typing import NamedTuple

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.link_entities import link_entity, special_entity
from telegram_playground.formatting.markup_text import MarkupText, Place, refuse
from telegram_playground.formatting.nesting import in_order
from telegram_playground.state import Json

OPENING = {
    "__": "underline",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "||": "spoiler",
    "[": "text_link",
    "```": "pre",
    "`": "code",
    "![": "custom_emoji",
}
"""The type of entity that each mark begins (Bot API, MarkdownV2 style); longer marks first."""

CLOSING = {type_: mark for mark, type_ in OPENING.items()} | {"text_link": "]", "custom_emoji": "]"}
QUOTATION = "blockquote"
NAMES = {"text_link": "TextUrl", "custom_emoji": "CustomEmoji", QUOTATION: "BlockQuote"}
"""Names of types in refusals, if they differ from the capitalized type."""

CODE = frozenset({"code", "pre"})
END = "\0"
"""Stands after the source."""

ESCAPED = re.compile(r"\\([\x01-\x7e])")
TEXT = re.compile(r"[^\\_*\[\]()~`>#+\-=|{}.!\n]+|\\")
TEXT_IN_CODE = re.compile(r"[^\\`]+|\\")
FENCE = re.compile(r"```(?:(?P<language>[^ \t\r\n\v\0`]+)(?=[ \t\r\n\v]))?(?:\r\n|\n\r|\r|\n)?")
URL = re.compile(r"((?:\\[\x01-\x7e]|[^)])*+)\)")


class _Mark(NamedTuple):
    type: str
    position: int
    place: Place
    language: Json


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """Parse MarkdownV2.

    Args:
        source: The text with marks.

    Returns:
        The text without marks, and its entities with offsets in UTF-16 units, in order.

    Raises:
        BadRequestError: If a reserved character is not escaped, or a mark is not closed.
    """
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source + END
        self._size = len(source)
        self._at = 0
        self._out = MarkupText(source)
        self._open: list[_Mark] = []
        self._quoting = False
        self._line_begins = True

    def parse(self) -> tuple[str, list[Json]]:
        while self._at < self._size:
            self._step()
        if self._quoting:
            self._end_quotation(self._size)
        if self._open:
            raise self._unclosed()
        return self._out.text(), in_order(self._out.entities)

    def _step(self) -> None:
        """Read a piece of text or a mark."""
        escaped = ESCAPED.match(self._source, self._at)
        pattern = TEXT_IN_CODE if self._top in CODE else TEXT
        found = escaped or pattern.match(self._source, self._at, self._size)
        if found:
            text = found[1] if escaped else found.group()
            self._at = found.end()
            self._out.add(text)
            if text.strip("\r"):
                self._line_begins = text == "\n" and escaped is not None
        elif self._source[self._at] == "\n":
            self._newline()
        elif self._at_end_of_mark():
            self._at += len(CLOSING[self._top])
            self._close()
        elif self._source[self._at] == ">" and self._line_begins:
            self._quote()
        else:
            self._begin()

    @property
    def _top(self) -> str:
        return self._open[-1].type if self._open else ""

    def _at_end_of_mark(self) -> bool:
        mark = CLOSING.get(self._top)
        if mark is None or not self._source.startswith(mark, self._at):
            return False
        return mark != "_" or self._source[self._at + 1] != "_"

    def _newline(self) -> None:
        if self._quoting and self._source[self._at + 1] != ">":
            end = self._at - 1 if self._source[self._at - 1] == "\r" else self._at
            self._end_quotation(end, "\n")
        else:
            self._out.add("\n")
        self._at += 1
        self._line_begins = True

    def _quote(self) -> None:
        if not self._quoting:
            self._quoting = True
            self._open.append(_Mark(QUOTATION, self._at, self._out.here(), {}))
        self._at += 1

    def _begin(self) -> None:
        mark = next((mark for mark in OPENING if self._source.startswith(mark, self._at)), None)
        if mark is None:
            character = self._source[self._at]
            raise refuse(
                f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            )
        begin, language = self._at, {}
        fence = FENCE.match(self._source, begin)
        if fence and fence["language"]:
            language = {"language": fence["language"]}
        self._at = fence.end() if fence else begin + len(mark)
        self._open.append(_Mark(OPENING[mark], begin, self._out.here(), language))

    def _close(self) -> None:
        """End the entity on top; its closing mark was read."""
        mark = self._open.pop()
        fields: Json | None = {"type": mark.type} | mark.language
        if mark.type == "text_link":
            url = self._url()
            fields = link_entity(self._out.since(mark.place) if url is None else url)
        elif mark.type == "custom_emoji":
            url = self._url()
            if url is None:
                raise refuse("The entity must contain a tg://emoji or tg://time URL")
            fields = special_entity(url)
            if fields is None:
                raise refuse("Invalid tg://emoji or tg://time URL specified")
        if fields is not None:
            self._out.mark(mark.place, fields)

    def _url(self) -> str | None:
        """Read the `(url)` after a `]`; `None` if there is none."""
        if self._source[self._at] != "(":
            return None
        url = URL.match(self._source, self._at + 1, self._size)
        if url is None:
            begin = self._out.byte_offset(self._at + 1)
            raise refuse(f"Can't find end of a URL at byte offset {begin}")
        self._at = url.end()
        return ESCAPED.sub(r"\1", url[1])

    def _end_quotation(self, end: int, newline: str = "") -> None:
        """End a quotation; a `||` opened right at its end makes it expandable."""
        folds = self._top == "spoiler" and self._open[-1].position == end - len("||")
        if folds:
            self._open.pop()
        if self._top != QUOTATION:
            raise self._unclosed()
        self._out.add(newline)
        self._quoting = False
        type_ = f"expandable_{QUOTATION}" if folds else QUOTATION
        self._out.mark(self._open.pop().place, {"type": type_})

    def _unclosed(self) -> BadRequestError:
        opened = self._open[-1]
        name = "PreCode" if opened.language else NAMES.get(opened.type, opened.type.capitalize())
        begin = self._out.byte_offset(opened.position)
        return refuse(f"Can't find end of {name} entity at byte offset {begin}")
