"""The HTML that Telegram understands, by the rules of `parse_html` in tdlib."""

import re
import sys
from typing import NamedTuple

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting.cleaning import SURROGATE
from telegram_playground.formatting.dates import markup_format
from telegram_playground.formatting.html_references import unescape
from telegram_playground.formatting.link_entities import link_entity
from telegram_playground.formatting.markup_text import MarkupText, Place, refuse
from telegram_playground.formatting.nesting import in_order
from telegram_playground.links import ascii_lower, integer
from telegram_playground.state import Json

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
"""The type of entity that each tag makes (Bot API, HTML style)."""

ATTRIBUTES = {
    ("a", "href"): "",
    ("code", "class"): "language-",
    ("span", "class"): "tg-",
    ("blockquote", "expandable"): "",
    ("tg-emoji", "emoji-id"): "",
    ("tg-time", "unix"): "",
    ("tg-time", "format"): "",
}
"""Attributes that mean something, and how their values must begin."""

END = "\0"
"""Stands after the source; one in the source ends a tag, too."""

TEXT = re.compile(r"[^<]+")
SPACES = re.compile(r"[ \t\r\n\v]*")
NAME = re.compile(r"[^ \t\r\n\v\0>]*")
ATTRIBUTE = re.compile(r"[^ \t\r\n\v\0=>/\"']*")
TOKEN = re.compile(r"[a-zA-Z0-9.-]*")
QUOTED = {quote: re.compile(rf"[^{quote}\0]*") for quote in "\"'"}
NUMBER = re.compile(r"(?P<sign>-?)(?P<digits>[0-9]*)")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Parse Telegram's HTML.

    Args:
        source: The text with tags.

    Returns:
        The text without tags, and its entities with offsets in UTF-16 units, in order.

    Raises:
        BadRequestError: If a tag is unknown, or not closed in the right order.
    """
    return _Parser(source).parse()


class _Tag(NamedTuple):
    name: str
    attributes: dict[str, str]
    place: Place


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source + END
        self._at = 0
        self._out = MarkupText(source)
        self._open: list[_Tag] = []

    def parse(self) -> tuple[str, list[Json]]:
        end = len(self._source) - len(END)
        while self._at < end:
            if self._source[self._at] != "<":
                self._out.add(unescape(self._take(TEXT, end)))
            elif self._source[self._at + 1] == "/":
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            name = self._open[-1].name
            raise refuse(f'Can\'t find end tag corresponding to start tag "{name}"')
        text = self._out.text()
        if SURROGATE.search(text):
            raise refuse(
                "Text contains invalid Unicode characters after decoding HTML entities, check for"
                " unmatched surrogate code units"
            )
        for entity in self._out.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, in_order(self._out.entities)

    def _error(self, reason: str, position: int, more: str = "") -> BadRequestError:
        return refuse(f"{reason} at byte offset {self._out.byte_offset(position)}{more}")

    def _take(self, pattern: re.Pattern[str], end: int = sys.maxsize) -> str:
        """Read what a pattern matches here."""
        found = pattern.match(self._source, self._at, end)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def _next(self) -> str:
        """Skip spaces and give the next character."""
        self._take(SPACES)
        return self._source[self._at]

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        name = ascii_lower(self._take(NAME))
        if self._source[self._at] == END:
            raise self._error("Unclosed start tag", begin)
        if name not in TYPES:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        attributes: dict[str, str] = {}
        while self._next() != ">":
            attribute = self._take(ATTRIBUTE)
            if not attribute:
                raise self._error(f'Empty attribute name in the tag "{name}"', begin)
            value = self._value(name, begin)
            wanted = ATTRIBUTES.get((name, attribute))
            if wanted is not None and value.startswith(wanted):
                attributes[attribute] = value.removeprefix(wanted)
        self._at += 1
        if name == "span" and attributes.get("class") != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(_Tag(name, attributes, self._out.here()))

    def _value(self, tag: str, begin: int) -> str:
        """Read the value of an attribute; it may have none."""
        following = self._next()
        if following == "=":
            self._at += 1
            following = self._next()
        elif following != END:
            return ""
        if following == END:
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        token = self._at
        if following in QUOTED:
            self._at += 1
            value = unescape(self._take(QUOTED[following]))
            self._at += self._source[self._at] == following
        else:
            value = ascii_lower(self._take(TOKEN))
            if self._source[self._at] not in " \t\r\n\v>" + END:
                raise self._error("Unexpected end of name token", token)
        if self._source[self._at] == END:
            raise self._error("Unclosed start tag", begin)
        return value

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise self._error("Unexpected end tag", begin)
        self._at += len("</")
        name = ascii_lower(self._take(NAME))
        if self._next() != ">":
            raise self._error("Unclosed end tag", begin)
        self._at += 1
        tag = self._open.pop()
        if name and name != tag.name:
            more = f', expected "</{tag.name}>", found "</{name}>"'
            raise self._error("Unmatched end tag", begin, more)
        if self._out.here().offset > tag.place.offset:
            self._mark(tag)

    def _mark(self, tag: _Tag) -> None:
        """Add the entity of a tag that contains text."""
        fields: Json | None = {"type": TYPES[tag.name]}
        match tag.name:
            case "a":
                fields = link_entity(tag.attributes.get("href") or self._out.since(tag.place))
            case "blockquote" if "expandable" in tag.attributes:
                fields = {"type": "expandable_blockquote"}
            case "tg-emoji":
                fields = _emoji(tag.attributes.get("emoji-id", ""))
            case "tg-time":
                fields = _time(tag.attributes)
            case "code" | "pre":
                fields = self._code(tag)
        if fields is not None:
            self._out.mark(tag.place, fields)

    def _code(self, tag: _Tag) -> Json:
        """Merge `code` with a language and the `pre` right around or in it into one entity."""
        language = tag.attributes.get("class")
        given = {"language": language} if language else {}
        inner = self._out.entities[-1] if self._out.entities else {}
        begin = tag.place.offset
        if (inner.get("offset"), inner.get("length")) == (begin, self._out.here().offset - begin):
            kinds = (tag.name, inner["type"])
            if kinds == ("pre", "code") and "language" in inner:
                return self._out.entities.pop() | {"type": "pre"}
            if kinds == ("code", "pre") and "language" not in inner and given:
                self._out.entities.pop()
                return {"type": "pre"} | given
        return {"type": tag.name} | given


def _emoji(identifier: str) -> Json:
    if not integer(identifier, bits=64):
        raise refuse("Invalid custom emoji identifier specified")
    return {"type": "custom_emoji", "custom_emoji_id": identifier}


def _time(attributes: dict[str, str]) -> Json | None:
    format_ = markup_format(attributes.get("format", ""))
    if format_ is None:
        raise refuse("Invalid date format used")
    time = _int32(attributes.get("unix", ""))
    return (
        {"type": "date_time", "unix_time": time, "date_time_format": format_} if time > 0 else None
    )


def _int32(text: str) -> int:
    """Read a number as the server does, which drops what does not fit into 32 bits."""
    number = NUMBER.match(text)
    if number is None:
        return 0
    value = int(number["digits"][-32:] or "0") % (1 << 32)
    value -= (value >> 31) << 32
    return -value if number["sign"] else value
