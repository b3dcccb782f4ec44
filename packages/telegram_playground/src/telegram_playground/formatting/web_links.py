"""Tells links and e-mail addresses from what only looks like them, by the rules of tdlib."""

import re
from importlib.resources import files

TOP_LEVEL_DOMAINS = frozenset(
    files(__package__).joinpath("top_level_domains.txt").read_text("utf-8").split()
)
"""Endings that make a link of a name without `http://`, as tdlib knows them.

Nearly all are or were in the Internet's root zone. A library that follows today's zone would not
do: tdlib's list is some years old, and has `onion` and `ton` besides.
"""

EMAIL = re.compile(
    r"(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}"
    r"@(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}",
    re.IGNORECASE | re.ASCII,
)
MAILTO = "mailto:"

PARTS = re.compile(
    r"(?P<scheme>(?:https?|ftp|tonsite)://)?(?P<authority>[^/?#]*)(?P<path>.*)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
IMITATION = "teiegram.org"
IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
PUNYCODE = re.compile(r"xn--[a-zA-Z0-9]{2,}")
BRACKETS = {")": "(", "]": "[", "}": "{"}
BRACKET = re.compile(r"[()\[\]{}]")
PUNCTUATION = ".:;,('?!`"
MAX_LABEL_BYTES = 63


def email_in(candidate: str) -> str:
    """Give the e-mail address that a candidate is, perhaps after `mailto:`; empty if none."""
    address = candidate.removeprefix(MAILTO)
    return address if EMAIL.fullmatch(address) else ""


def proper_link(candidate: str) -> str:
    """Cut off what does not belong to a link.

    Returns:
        The link; empty if its domain can't exist.
    """
    parts = PARTS.fullmatch(candidate)
    if parts is None:
        return ""
    user, at, host = parts["authority"].partition("@")
    host = host if at else user
    domain = host.rpartition(":")[0] if ":" in host else host
    if not _can_exist(domain, any_ending=parts["scheme"] is not None):
        return ""
    path = parts["path"]
    end = _end_of_balance(path)
    return candidate[: parts.start("path")] + path[:end].rstrip(PUNCTUATION)


def _end_of_balance(path: str) -> int:
    """Give the position of the first bracket that closes more than was opened."""
    opened = dict.fromkeys(BRACKETS.values(), 0)
    for bracket in BRACKET.finditer(path):
        if bracket.group() in opened:
            opened[bracket.group()] += 1
            continue
        opened[BRACKETS[bracket.group()]] -= 1
        if opened[BRACKETS[bracket.group()]] < 0:
            return bracket.start()
    return len(path)


def _can_exist(domain: str, *, any_ending: bool) -> bool:
    labels = domain.split(".")
    if len(labels) == 1 or domain.lower() == IMITATION or not all(map(_is_label, labels)):
        return False
    if IPV4.fullmatch(domain):
        return True
    if not domain.strip("0123456789.") or "_" in labels[-2]:
        return False
    return _is_ending(labels[-1], any_ending=any_ending)


def _is_label(label: str) -> bool:
    return 0 < len(label.encode()) <= MAX_LABEL_BYTES and not label.endswith("-")


def _is_ending(ending: str, *, any_ending: bool) -> bool:
    if ending.startswith("xn--"):
        return PUNYCODE.fullmatch(ending) is not None
    if any_ending:
        return len(ending) > 1 and "_" not in ending and "-" not in ending
    return _is_common(ending)


def _is_common(ending: str) -> bool:
    """Whether a top-level domain is known, and not written like the first word of a sentence."""
    lower = ending.lower()
    return lower in TOP_LEVEL_DOMAINS and (lower == ending or lower[1:] != ending[1:])
