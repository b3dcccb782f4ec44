"""What links to the bot carry: `t.me/<bot>?start=PAYLOAD`, likewise startgroup and startapp.

Telegram passes on 1 to 64 characters of `A-Z a-z 0-9 _ -` (core.telegram.org/bots/features,
Deep Linking). A payload here is the name of a command that opens a window, or it is
`c-` for a counter or `t-` for totals and base64url without padding:

| payload | bytes |
|---|---|
| `c-` | the kind (0, 1: `COUNTERS`; 2 to 5: one to four steps, two bytes each), the label |
| `t-` | the kind (0: all; 1 and up: `KINDS`), the days (two bytes, 0: all), the label |

Anybody can make up any payload and send it to anybody. So none carries rights: it opens for who
follows it what that person could open by commands.
"""

import binascii
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from unicodedata import category

from db.models import LABEL_MAX, Kind

LINKED = frozenset({"totals", "links", "callbacks", "inline", "settings", "payment", "help"})
"""The commands that a link may stand for: they open windows and take nothing else."""

LENGTH = 64
"""Characters of a payload, at most."""

STEPS, STEP = 4, 1000
"""Steps of a counter of its own, at most, and the largest of them."""

DAYS = 366
"""Days back that totals may be filtered by, at most."""

COUNTERS = (Kind.NUMBERS, Kind.NUMBERS_FAB)
"""The kinds of counters whose steps are known, by their byte in a payload."""

KINDS = (None, *Kind)
"""What totals may be filtered by, likewise."""

COUNTER, TOTALS = "c-", "t-"


class PayloadError(ValueError):
    """A payload leads nowhere, or something does not fit into one."""


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
        kind: Its kind, one that commands open.
        label: What it counts; None for a counter without a label.
        steps: The steps of one of the kind `custom`, none of the others.
    """

    kind: Kind = Kind.NUMBERS
    label: str | None = None
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TotalsLink:
    """Opens the totals of who follows it, filtered.

    Attributes:
        label: What was counted, None for everything.
        kind: What it was counted with, None for anything.
        days: How many days back, today among them; None for all.
    """

    label: str | None = None
    kind: Kind | None = None
    days: int | None = None


Link = WindowLink | CounterLink | TotalsLink


def encode(link: Link) -> str:
    """Give the payload of a link.

    Raises:
        PayloadError: There is no such thing, or its label is too long for a link.
    """
    if isinstance(link, WindowLink):
        payload = link.name
    elif isinstance(link, CounterLink):
        payload = COUNTER + _letters(_counter(link))
    else:
        payload = TOTALS + _letters(_totals(link))
    if decode(payload) != link:
        raise PayloadError("no such link")
    return payload


def decode(payload: str) -> Link:
    """Read a payload.

    Args:
        payload: Anything, as people may write anything behind /start.

    Raises:
        PayloadError: It leads nowhere.
    """
    if payload in LINKED:
        return WindowLink(payload)
    if len(payload) > LENGTH:
        raise PayloadError("too long")
    mark, content = payload[:2], _bytes(payload[2:])
    if mark == COUNTER:
        return _read_counter(content)
    if mark == TOTALS:
        return _read_totals(content)
    raise PayloadError("unknown")


def _counter(link: CounterLink) -> bytes:
    count = len(link.steps)
    if link.kind in COUNTERS and not count:
        head = bytes([COUNTERS.index(link.kind)])
    elif link.kind is Kind.CUSTOM and 1 <= count <= STEPS and max(map(abs, link.steps)) <= STEP:
        head = bytes([len(COUNTERS) + count - 1]) + struct.pack(f">{count}h", *link.steps)
    else:
        raise PayloadError("no such counter")
    return head + (link.label or "").encode()


def _read_counter(content: bytes) -> CounterLink:
    if not content:
        raise PayloadError("empty")
    first, rest = content[0], content[1:]
    if first < len(COUNTERS):
        return CounterLink(COUNTERS[first], _label(rest))
    count = first - len(COUNTERS) + 1
    if count > STEPS or len(rest) < 2 * count:
        raise PayloadError("no such counter")
    steps: tuple[int, ...] = struct.unpack(f">{count}h", rest[: 2 * count])
    if len(set(steps)) < count or not all(0 < abs(step) <= STEP for step in steps):
        raise PayloadError("no such steps")
    return CounterLink(Kind.CUSTOM, _label(rest[2 * count :]), steps)


def _totals(link: TotalsLink) -> bytes:
    days = link.days or 0
    if not 0 <= days <= DAYS:
        raise PayloadError("no such period")
    return struct.pack(">BH", KINDS.index(link.kind), days) + (link.label or "").encode()


def _read_totals(content: bytes) -> TotalsLink:
    head = struct.calcsize(">BH")
    if len(content) < head:
        raise PayloadError("cut off")
    kind, days = struct.unpack(">BH", content[:head])
    if kind >= len(KINDS) or days > DAYS:
        raise PayloadError("no such filter")
    return TotalsLink(_label(content[head:]), KINDS[kind], days or None)


def _label(content: bytes) -> str | None:
    """Read a label; one that a command could have given, as it would have come."""
    try:
        label = content.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("no text") from error
    if len(label) > LABEL_MAX or label != " ".join(label.split()):
        raise PayloadError("no label")
    if any(category(character) == "Cc" for character in label):
        # Databases and Telegram refuse some of them.
        raise PayloadError("no label")
    return label or None


def _letters(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(letters: str) -> bytes:
    if not re.fullmatch(r"[\w-]*", letters, re.ASCII):
        raise PayloadError("no base64url")
    try:
        content = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error as error:
        raise PayloadError("no base64url") from error
    if _letters(content) != letters:
        # Bits are left over: two payloads would mean the same.
        raise PayloadError("no base64url")
    return content
