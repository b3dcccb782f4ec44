"""The HTML that Telegram understands, by the rules of `parse_html` in tdlib."""

import html
import re
from typing import NamedTuple

from telegram_playground.errors import BadRequestError
from telegram_playground.links import link_entity, number
from telegram_playground.markup_text import MarkupText, refuse
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

TOKEN = re.compile(
    r"""
    (?P<text> [^<&]+ )
  | (?P<reference> & (?: \#x[0-9a-fA-F]{1,6} | \#[0-9]{1,7} | (?:lt|gt|amp|quot) (?![a-zA-Z]) ) ;? )
  | (?P<end> </ (?P<closed> [^\s>]* ) \s* > )
  | (?P<start> < (?P<name> [^\s>/][^\s>]* ) (?P<attributes> (?: [^>"'] | "[^"]*" | '[^']*' )* ) > )
  | (?P<ampersand> & )
    """,
    re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.-]*))?""")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Parse Telegram's HTML.

    Args:
        source: The text with tags.

    Returns:
        The text without tags, and its entities with offsets in UTF-16 units.

    Raises:
        BadRequestError: If a tag is unknown, or not closed in the right order.
    """
    parser = _Parser(source)
    position = 0
    while position < len(source):
        token = TOKEN.match(source, position)
        if token is None:
            kind = "end" if source.startswith("</", position) else "start"
            raise parser.error(f"Unclosed {kind} tag", position)
        parser.feed(token)
        position = token.end()
    return parser.finish()


class _Tag(NamedTuple):
    name: str
    attributes: dict[str, str]
    offset: int


class _Parser:
    def __init__(self, source: str) -> None:
        self._out = MarkupText(source)
        self._open: list[_Tag] = []

    def error(self, reason: str, position: int, more: str = "") -> BadRequestError:
        return refuse(f"{reason} at byte offset {self._out.byte_offset(position)}{more}")

    def feed(self, token: re.Match[str]) -> None:
        if token["start"]:
            self._start(token)
        elif token["end"]:
            self._end(token)
        elif token["reference"]:
            self._out.add(html.unescape(token["reference"].removesuffix(";") + ";"))
        else:
            self._out.add(token.group())

    def finish(self) -> tuple[str, list[Json]]:
        if self._open:
            raise refuse(f'Can\'t find end tag corresponding to start tag "{self._open[-1].name}"')
        for entity in self._out.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return self._out.text(), self._out.entities

    def _start(self, token: re.Match[str]) -> None:
        name = token["name"].lower()
        if name not in TYPES:
            raise self.error(f'Unsupported start tag "{name}"', token.start())
        attributes = {
            key: html.unescape(value.strip("\"'"))
            for key, value in ATTRIBUTE.findall(token["attributes"])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self.error('Tag "span" must have class "tg-spoiler"', token.start())
        self._open.append(_Tag(name, attributes, self._out.offset))

    def _end(self, token: re.Match[str]) -> None:
        if not self._open:
            raise self.error("Unexpected end tag", token.start())
        tag = self._open.pop()
        closed = token["closed"].lower()
        if closed and closed != tag.name:
            more = f', expected "</{tag.name}>", found "</{closed}>"'
            raise self.error("Unmatched end tag", token.start(), more)
        details = self._details(tag)
        if details is not None:
            self._out.mark(tag.offset, **{"type_": TYPES[tag.name], **details})

    def _details(self, tag: _Tag) -> Json | None:
        """Give the fields of a tag's entity, or `None` if the tag makes no entity."""
        details: Json | None = {}
        match tag.name:
            case "a":
                details = link_entity(tag.attributes.get("href") or self._out.since(tag.offset))
            case "blockquote" if "expandable" in tag.attributes:
                details = {"type_": "expandable_blockquote"}
            case "tg-emoji":
                details = {"custom_emoji_id": _emoji_id(tag.attributes.get("emoji-id", ""))}
            case "tg-time":
                details = _time(tag.attributes)
            case "code":
                details = _language(tag.attributes)
            case "pre":
                details = self._absorb_code(tag.offset)
        return details

    def _absorb_code(self, offset: int) -> Json:
        """Merge `<pre><code class="language-...">` into one entity with a language."""
        code = {"offset": offset, "length": self._out.offset - offset, "type": "code"}
        inner = self._out.entities[-1] if self._out.entities else {}
        if not code.items() <= inner.items():
            return {}
        self._out.entities.pop()
        return {name: inner[name] for name in inner.keys() - code.keys()}


def _language(attributes: dict[str, str]) -> Json:
    named = attributes.get("class", "")
    language = named.removeprefix("language-")
    return {} if language == named else {"language": language}


def _emoji_id(text: str) -> str:
    if not number(text):
        raise refuse("Invalid custom emoji identifier specified")
    return text


def _time(attributes: dict[str, str]) -> Json | None:
    unix = number(attributes.get("unix", ""))
    if not unix:
        return None
    wanted = attributes.get("format")
    return {"unix_time": unix} | ({"date_time_format": wanted} if wanted else {})
