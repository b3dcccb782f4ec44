"""Telegram's MarkdownV2, by the rules of `parse_markdown_v2` in tdlib's `MessageEntity.cpp`."""

import re
from typing import NamedTuple
from urllib.parse import parse_qs

from telegram_playground.errors import BadRequestError
from telegram_playground.links import link_entity, number, split
from telegram_playground.markup_text import MarkupText, refuse
from telegram_playground.state import Json

TOKEN = re.compile(
    r"""
    \\ (?P<escaped> [\x01-\x7e] )
  | (?P<fence> ``` ) (?: (?P<language> [^\s`]+ ) (?=\s) )? (?: \r\n | \n\r | \r | \n )?
  | (?P<newline> \n )
  | (?P<quote> ^ > )
  | (?P<mark> __ | \|\| | !\[ | [_*~`\[\]] )
  | (?P<text> [^\\_*\[\]()~`>\#+=|{}.!\n-]+ | \\ )
    """,
    re.VERBOSE | re.MULTILINE,
)
IN_CODE = re.compile(r"\\(?P<escaped>[\x01-\x7e])|(?P<fence>```)|(?P<mark>`)|(?P<text>[^\\`]+|\\)")
URL = re.compile(r"\(((?:\\[\x01-\x7e]|[^)])*)\)")
ESCAPE = re.compile(r"\\([\x01-\x7e])")

TYPES = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
    "`": "code",
    "```": "pre",
    "[": "text_link",
    "![": "custom_emoji",
    ">": "blockquote",
}
"""The type of entity that each mark begins (Bot API, MarkdownV2 style)."""

NAMES = {"[": "TextUrl", "![": "CustomEmoji", ">": "BlockQuote"}
"""Names of types in refusals, if they differ from the capitalized type."""


class _Mark(NamedTuple):
    mark: str
    offset: int
    position: int
    more: Json


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """Parse MarkdownV2.

    Args:
        source: The text with marks.

    Returns:
        The text without marks, and its entities with offsets in UTF-16 units.

    Raises:
        BadRequestError: If a reserved character is not escaped, or a mark is not closed.
    """
    parser = _Parser(source)
    position = 0
    while position < len(source):
        position = parser.step(position)
    return parser.finish()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._out = MarkupText(source)
        self._open: list[_Mark] = []

    @property
    def _opened(self) -> str:
        return self._open[-1].mark if self._open else ""

    def step(self, position: int) -> int:
        """Read one token; return the position of the next."""
        pattern = IN_CODE if self._opened in {"`", "```"} else TOKEN
        token = pattern.match(self._source, position)
        if token is None:
            raise _reserved(self._source[position])
        match token.lastgroup:
            case "newline":
                self._end_line(token)
            case "quote":
                if not self._quoting():
                    self._begin(">", token)
            case "fence" | "language":
                return self._take_mark("`" if self._opened == "`" else "```", token)
            case "mark":
                return self._take_mark(token["mark"], token)
            case group:
                self._out.add(token[group or 0])
        return token.end()

    def finish(self) -> tuple[str, list[Json]]:
        if self._quoting():
            self._end_quote(len(self._source))
        if self._open:
            raise self._unclosed()
        return self._out.text(), self._out.entities

    def _take_mark(self, mark: str, token: re.Match[str]) -> int:
        if mark == "]":
            if self._opened not in {"[", "!["}:
                raise _reserved(mark)
            return self._end_link(token.end())
        if mark == self._opened:
            self._close()
            # A newline after a closing fence is text.
            return token.start() + len(mark)
        self._begin(mark, token)
        return token.end()

    def _begin(self, mark: str, token: re.Match[str]) -> None:
        language = token["language"] if mark == "```" and "language" in token.groupdict() else None
        more: Json = {"language": language} if language else {}
        self._open.append(_Mark(mark, self._out.offset, token.start(), more))

    def _close(self, type_: str | None = None, **more: object) -> None:
        opened = self._open.pop()
        self._out.mark(opened.offset, type_ or TYPES[opened.mark], **opened.more, **more)

    def _end_line(self, token: re.Match[str]) -> None:
        ends = self._quoting() and not self._source.startswith(">", token.end())
        if not ends:
            self._out.add("\n")
            return
        self._end_quote(token.start(), "\n")

    def _end_quote(self, position: int, newline: str = "") -> None:
        """End a quotation; a `||` opened right at its end makes it expandable."""
        top = self._open[-1]
        folds = top.mark == "||" and top.position == position - len(top.mark)
        if folds:
            self._open.pop()
        if self._opened != ">":
            raise self._unclosed()
        self._out.add(newline)
        self._close("expandable_blockquote" if folds else None)

    def _end_link(self, position: int) -> int:
        """End `[text](url)` or `![emoji](url)` after its `]`."""
        is_link = self._opened == "["
        if not self._source.startswith("(", position):
            if not is_link:
                raise refuse("The entity must contain a tg://emoji or tg://time URL")
            self._link(self._out.since(self._open[-1].offset))
            return position
        url = URL.match(self._source, position)
        if url is None:
            begin = self._out.byte_offset(position + 1)
            raise refuse(f"Can't find end of a URL at byte offset {begin}")
        target = ESCAPE.sub(r"\1", url[1])
        if is_link:
            self._link(target)
        else:
            self._close(**special_entity(target))
        return url.end()

    def _link(self, url: str) -> None:
        details = link_entity(url)
        if details is None:
            self._open.pop()
        else:
            self._close(**details)

    def _quoting(self) -> bool:
        return any(mark.mark == ">" for mark in self._open)

    def _unclosed(self) -> BadRequestError:
        opened = self._open[-1]
        name = NAMES.get(opened.mark, TYPES[opened.mark].capitalize())
        begin = self._out.byte_offset(opened.position)
        return refuse(f"Can't find end of {name} entity at byte offset {begin}")


def special_entity(url: str) -> Json:
    """Give the entity fields of a `tg://emoji?id=...` or `tg://time?unix=...` link.

    Raises:
        BadRequestError: If the link is neither.
    """
    parts = split(url)
    query = {name: values[0] for name, values in parse_qs(parts.query if parts else "").items()}
    emoji, unix = number(query.get("id", "")), number(query.get("unix", ""))
    if url.startswith("tg://emoji?") and emoji is not None:
        return {"type_": "custom_emoji", "custom_emoji_id": query["id"]}
    if url.startswith("tg://time?") and unix is not None:
        wanted = {"date_time_format": query["format"]} if "format" in query else {}
        return {"type_": "date_time", "unix_time": unix, **wanted}
    raise refuse("Invalid tg://emoji or tg://time URL specified")


def _reserved(character: str) -> BadRequestError:
    reason = f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
    return refuse(reason)
