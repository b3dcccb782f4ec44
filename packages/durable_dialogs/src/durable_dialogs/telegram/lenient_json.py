"""JSON that strict parsers refuse, read as far as it makes sense.

Telegram passes on some texts as they came, callback data for one (tdlib/telegram-bot-api,
Client.cpp), so bytes may be no UTF-8 and a text may hold half of a surrogate pair.
"""

import json
import re

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which no UTF-8 can hold."""
REPLACEMENT = "\ufffd"
"""What Unicode has in place of a character that can't be read."""
UNKNOWN: list[None] = [None]
"""Stands for an integer of more than 64 bits; no model takes it. A null would mean that nothing
stands there, and so would a value that is often left out."""
INT64 = 2**63
DIGITS = 20
"""Characters of the longest integer of 64 bits, with its sign."""
LONG = b"0" * (DIGITS - 1)
ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
BEFORE = frozenset(b" \t\r\n:,[-")
"""What may stand before an integer; what stands before digits in a text is mostly a quote."""


def may_be_too_long(raw: bytes) -> bool:
    """Tell whether an integer of more than 64 bits may be in it, which nothing can store.

    It is asked of every update, so it takes a microsecond: no regular expression does.
    """
    zeros = raw.translate(ZEROS)
    start = zeros.find(LONG)
    while start > 0:
        if raw[start - 1] in BEFORE:
            return True
        start = zeros.find(LONG, start + len(LONG))
    return False


def loads(raw: bytes) -> object:
    """Read JSON.

    Args:
        raw: What strict parsers may refuse. What is no UTF-8 and halves of surrogate pairs
            become U+FFFD, and integers of more than 64 bits `UNKNOWN`; control characters may
            stand in strings.

    Raises:
        ValueError: Even so it is no JSON.
    """
    try:
        read = _DECODER.decode(raw.decode(errors="replace"))
        text = json.dumps(read, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return json.loads(SURROGATE.sub(REPLACEMENT, text)) if SURROGATE.search(text) else read


def _integer(digits: str) -> int | list[None]:
    if len(digits) > DIGITS or not -INT64 <= int(digits) < INT64:
        return list(UNKNOWN)
    return int(digits)


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)
