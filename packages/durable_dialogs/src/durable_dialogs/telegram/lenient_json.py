"""A parser for JSON that strict parsers refuse.

Telegram passes on some texts as they came, such as callback data (tdlib/telegram-bot-api,
Client.cpp). So there may be bytes that are not UTF-8, and a text may hold half a surrogate pair.
"""

import json
import re

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which UTF-8 can't hold."""
REPLACEMENT = "\ufffd"
"""Unicode's replacement for a character that can't be read."""
UNKNOWN: list[None] = [None]
"""The value in place of an integer of more than 64 bits.

No model of aiogram accepts it. A null, or any value that may be left out, would mean something.
"""
INT64 = 2**63
"""The smallest positive integer that 64 bits can't hold."""
DIGITS = 20
"""Characters of the longest integer of 64 bits, including its sign."""
LONG = b"0" * (DIGITS - 1)
"""As many zeros as an integer has digits that may be too long."""
ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
"""The translation of all digits to 0."""
BEFORE = frozenset(b" \t\r\n:,[-")
"""Bytes that may precede an integer. Before the digits of a text there is mostly a quote."""


def may_be_too_long(raw: bytes) -> bool:
    """Return whether JSON may hold an integer of more than 64 bits, which nothing can store.

    It runs for each update, so it takes a microsecond. A regular expression takes longer.
    """
    zeros = raw.translate(ZEROS)
    start = zeros.find(LONG)
    while start > 0:
        if raw[start - 1] in BEFORE:
            return True
        start = zeros.find(LONG, start + len(LONG))
    return False


def loads(raw: bytes) -> object:
    """Parse JSON that strict parsers may refuse.

    Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD. Integers of more than 64
    bits become `UNKNOWN`. Strings may hold control characters.

    Args:
        raw: The JSON.

    Raises:
        ValueError: It is no JSON, or is nested too deep.
    """
    try:
        read = _DECODER.decode(raw.decode(errors="replace"))
        text = json.dumps(read, ensure_ascii=False)
        return json.loads(SURROGATE.sub(REPLACEMENT, text)) if SURROGATE.search(text) else read
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _integer(digits: str) -> int | list[None]:
    if len(digits) > DIGITS or not -INT64 <= int(digits) < INT64:
        return list(UNKNOWN)
    return int(digits)


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)
