"""Payloads of links to the bot: `t.me/<bot>?start=PAYLOAD`, likewise startgroup and startapp.

Telegram allows 1 to 64 characters of `A-Z a-z 0-9 _ -` (core.telegram.org/bots/features,
Deep Linking). A payload is the name of a command that opens a window, or a prefix (`c-` for a
counter, `t-` for totals) and base64url without padding of these bytes:

| prefix | bytes |
|---|---|
| `c-` | the kind (0, 1: `COUNTERS`; 2 to 5: one to four steps, two bytes each), the name |
| `t-` | the kind (0: all; 1 and up: `KINDS`), the days (two bytes, 0: all), the name |

Payloads are not signed, because anybody may write one. So a payload gives no rights: it opens only
what the person who follows the link could also open by a command.
"""

import binascii
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from unicodedata import category

from db.models import LABEL_MAX, Kind

LINKED = frozenset({"totals", "links", "callbacks", "inline", "settings", "payment", "help"})
"""Names of commands that are payloads: commands that open a window and have no arguments."""

LENGTH = 64
"""Largest length of a payload in characters."""

STEPS, STEP = 4, 1000
"""Largest number of steps of a `custom` counter, and the largest step."""

DAYS = 366
"""Largest number of days to filter totals by."""

COUNTERS = (Kind.NUMBERS, Kind.NUMBERS_FAB)
"""Kinds of counters with fixed steps, by their byte in a payload."""

KINDS = (None, *Kind)
"""Kinds to filter totals by, by their byte in a payload; None for all."""

COUNTER, TOTALS = "c-", "t-"
"""The prefixes."""


class PayloadError(ValueError):
    """A payload is not valid, or a link does not fit into a payload."""


@dataclass(frozen=True, slots=True)
class WindowLink:
    """Opens a window.

    Attributes:
        name: The command that opens it.
    """

    name: str


@dataclass(frozen=True, slots=True)
class CounterLink:
    """Opens a counter.

    Attributes:
        kind: The counter's kind, any but `inline`.
        label: The counter's name, None if it has none.
        steps: The steps if the kind is `custom`, else empty.
    """

    kind: Kind = Kind.NUMBERS
    label: str | None = None
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TotalsLink:
    """Opens the totals of the person who follows the link, filtered.

    Attributes:
        label: The name to filter by, None for all.
        kind: The kind to filter by, None for all.
        days: The number of days up to today, None for all.
    """

    label: str | None = None
    kind: Kind | None = None
    days: int | None = None


Link = WindowLink | CounterLink | TotalsLink


def encode(link: Link) -> str:
    """Give the payload of a link.

    Raises:
        PayloadError: The link is not valid, or its name is too long for a payload.
    """
    if isinstance(link, WindowLink):
        payload = link.name
    elif isinstance(link, CounterLink):
        payload = COUNTER + _letters(_counter(link))
    else:
        payload = TOTALS + _letters(_totals(link))
    if decode(payload) != link:
        raise PayloadError("not a valid link")
    return payload


def decode(payload: str) -> Link:
    """Read a payload.

    Args:
        payload: Any text, because people can type anything after /start.

    Raises:
        PayloadError: It is not valid.
    """
    if payload in LINKED:
        return WindowLink(payload)
    if len(payload) > LENGTH:
        raise PayloadError("too long")
    prefix, content = payload[:2], _bytes(payload[2:])
    if prefix == COUNTER:
        return _read_counter(content)
    if prefix == TOTALS:
        return _read_totals(content)
    raise PayloadError("unknown")


def _counter(link: CounterLink) -> bytes:
    count = len(link.steps)
    if link.kind in COUNTERS and not count:
        head = bytes([COUNTERS.index(link.kind)])
    elif link.kind is Kind.CUSTOM and 1 <= count <= STEPS and max(map(abs, link.steps)) <= STEP:
        head = bytes([len(COUNTERS) + count - 1]) + struct.pack(f">{count}h", *link.steps)
    else:
        raise PayloadError("not a valid counter")
    return head + (link.label or "").encode()


def _read_counter(content: bytes) -> CounterLink:
    if not content:
        raise PayloadError("empty")
    first, rest = content[0], content[1:]
    if first < len(COUNTERS):
        return CounterLink(COUNTERS[first], _label(rest))
    count = first - len(COUNTERS) + 1
    if count > STEPS or len(rest) < 2 * count:
        raise PayloadError("not a valid counter")
    steps: tuple[int, ...] = struct.unpack(f">{count}h", rest[: 2 * count])
    if len(set(steps)) < count or not all(0 < abs(step) <= STEP for step in steps):
        raise PayloadError("not valid steps")
    return CounterLink(Kind.CUSTOM, _label(rest[2 * count :]), steps)


def _totals(link: TotalsLink) -> bytes:
    days = link.days or 0
    if not 0 <= days <= DAYS:
        raise PayloadError("not a valid period")
    return struct.pack(">BH", KINDS.index(link.kind), days) + (link.label or "").encode()


def _read_totals(content: bytes) -> TotalsLink:
    head = struct.calcsize(">BH")
    if len(content) < head:
        raise PayloadError("too short")
    kind, days = struct.unpack(">BH", content[:head])
    if kind >= len(KINDS) or days > DAYS:
        raise PayloadError("not a valid filter")
    return TotalsLink(_label(content[head:]), KINDS[kind], days or None)


def _label(content: bytes) -> str | None:
    """Read a counter's name; refuse one that a command would not have produced."""
    try:
        label = content.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("not UTF-8") from error
    if len(label) > LABEL_MAX or label != " ".join(label.split()):
        raise PayloadError("not a name")
    if any(category(character) == "Cc" for character in label):
        # Databases and Telegram refuse some of them.
        raise PayloadError("not a name")
    return label or None


def _letters(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    if not re.fullmatch(r"[\w-]*", letters, re.ASCII):
        raise PayloadError("not base64url")
    try:
        content = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error as error:
        raise PayloadError("not base64url") from error
    if _letters(content) != letters:
        # The last character has unused bits that are not 0. Each link has one payload only.
        raise PayloadError("not base64url")
    return content
