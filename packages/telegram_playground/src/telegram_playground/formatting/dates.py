"""Formats of times in texts (Bot API, Date-time entity formatting)."""

import re

RELATIVE = frozenset({"r", "R"})
LETTERS = re.compile(r"[tTdDwW]*")


def markup_format(wanted: str) -> str | None:
    """Give the format that a time in markup gets; `None` if it is wrong.

    Args:
        wanted: The format as the bot writes it; of a short and a long form, the short one wins.
    """
    return _format(wanted, _part(wanted, "d", "D"), _part(wanted, "t", "T"))


def given_format(wanted: str) -> str | None:
    """Give the format that a time in a given entity gets; `None` if it is wrong.

    Args:
        wanted: The format as the bot writes it; of a short and a long form, the last one wins.
    """
    return _format(wanted, *(re.sub(f"[^{both}]", "", wanted)[-1:] for both in ("dD", "tT")))


def _part(wanted: str, short: str, long: str) -> str:
    return short if short in wanted else long if long in wanted else ""


def _format(wanted: str, date: str, time: str) -> str | None:
    if wanted in RELATIVE:
        return "r"
    if LETTERS.fullmatch(wanted) is None:
        return None
    return ("w" if "w" in wanted.lower() else "") + date + time
