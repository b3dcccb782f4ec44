"""Finds links and e-mail addresses in a text, by the rules of tdlib's `MessageEntity.cpp`."""

import re
from collections.abc import Iterator

from telegram_playground.formatting.characters import NOT_IN_LINK, SPACES
from telegram_playground.formatting.tags import Span
from telegram_playground.formatting.web_links import email_in, proper_link

OWN_LINK = re.compile(
    r"(?: (?<=(tonsite)) | (?<=(ton)) | (?<=(tg)) ) :// [a-z0-9_-]{1,253}+",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
"""The scheme is looked for backwards, so that it may be the end of the link before."""

DOMAIN = re.compile(rf"[^\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7d\x7f-\xbf{NOT_IN_LINK}]*+")
"""Of ASCII: letters, digits, and `-._~`."""

DOMAIN_OR_AT = re.compile(
    rf"[^\x00-\x2c\x2f\x3a-\x3f\x5b-\x5e\x60\x7b-\x7d\x7f-\xbf{NOT_IN_LINK}]*+"
)
USER = re.compile(rf"[^\n/\[\]{{}}()'`<>\"@\xab\xbb{NOT_IN_LINK}]*+")
"""What may stand before the `@` of a link."""

PORT = re.compile(r":(0*[1-9][0-9]{0,4})(?![0-9])")
MAX_PORT = 65_535
PATH = re.compile(rf"[^\n<>\"\xab\xbb{NOT_IN_LINK}]*+")
SCHEME = re.compile(rf"(?:[a-zA-Z0-9+-]|[^\x00-\x7f{SPACES}])*+")
SCHEMES = {"https": (), "http": ("shttp",), "ftp": ("tftp", "sftp"), "tonsite": ()}
"""Schemes of links, and other schemes that end with their names."""

PUNCTUATION = ".:;,('?!`"
"""What ends a sentence and not a link."""


def find_own_links(text: str) -> Iterator[Span]:
    """Find links of Telegram and TON such as `tg://resolve?domain=tea_bot`."""
    position = 0
    while found := OWN_LINK.search(text, position):
        position = _end_of_path(text, found.end())
        yield found.start(found.lastindex or 0), position


def find_web_links(text: str) -> Iterator[tuple[str, Span]]:
    """Find links to pages and e-mail addresses.

    Returns:
        The type of entity, `url` or `email`, with the place.
    """
    for begin, end in _Search(text):
        candidate = text[begin:end]
        address = email_in(candidate)
        if address:
            yield "email", (end - len(address), end)
            continue
        length = len(proper_link(candidate))
        if length:
            yield "url", (begin, begin + length)


def _end_of_path(text: str, begin: int) -> int:
    """Give the end of a link whose domain and port end at `begin`."""
    if not text.startswith(("/", "?", "#"), begin):
        return begin
    path = PATH.match(text, begin + 1)
    length = len(path.group().rstrip(PUNCTUATION)) if path else 0
    return begin + 1 + length if length or text[begin] == "/" else begin


class _Search:
    """Looks around each dot of a text for what may be a link.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._backwards = text[::-1]
        # Where the last candidate ended. What is before it is not looked at again.
        self._begin = 0

    def __iter__(self) -> Iterator[Span]:
        text = self._text
        while 0 <= (dot := text.find(".", self._begin)) < len(text) - 1:
            if text[dot + 1] == " ":
                self._begin = dot + 2
                continue
            begin, end, has_at = self._domain(dot)
            end = self._end(dot, end)
            link_begin = self._link_begin(begin, has_at=has_at)
            if link_begin is None:
                self._begin = max(text.rfind(".", 0, end) + 1, dot + 1)
                continue
            if end > dot + 1:
                yield link_begin, end
            while text.startswith(".", end):
                end += 1
            self._begin = max(end, dot + 1)

    def _before(self, pattern: re.Pattern[str], end: int) -> int:
        """Give the begin of what matches a pattern of repeated characters and ends at `end`."""
        size = len(self._text)
        found = pattern.match(self._backwards, size - end, size - self._begin)
        return size - found.end() if found else end

    def _domain(self, dot: int) -> tuple[int, int, bool]:
        """Give begin and end of the domain, and whether it contains an `@`."""
        begin = self._before(DOMAIN, dot)
        found = DOMAIN_OR_AT.match(self._text, dot)
        end = found.end() if found else dot
        has_at = "@" in self._text[dot:end]
        return (self._before(USER, begin) if has_at else begin), end, has_at

    def _end(self, dot: int, end: int) -> int:
        port = PORT.match(self._text, end)
        if port and int(port[1]) <= MAX_PORT:
            end = port.end()
        end = _end_of_path(self._text, end)
        while end > dot + 1 and self._text[end - 1] == ".":
            end -= 1
        return end

    def _link_begin(self, begin: int, *, has_at: bool) -> int | None:
        """Add the user and the scheme before a domain; `None` if it is part of something else."""
        text, before = self._text, self._begin
        if begin > before and text[begin - 1] == "@":
            at = begin - 1
            begin = self._before(USER, at)
            if has_at or begin == at:
                return None
        if begin == before:
            return begin
        if not text.endswith("://", before, begin):
            last = text[begin - 1]
            return None if last.isalnum() or last in "_/#@" else begin
        end = begin - len("://")
        scheme = text[self._before(SCHEME, end) : end].lower()
        for name, others in SCHEMES.items():
            if scheme.endswith(name) and scheme not in others:
                return end - len(name)
        return None
