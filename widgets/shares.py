"""Shares: who counted how much of a shared counter."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import User
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.text import Text

from widgets.text import fill, window_texts

Shares = dict[str, list[Any]]
"""Each person's id with a list of their name and their share, in types that JSON keeps."""

SHOWN = 10
"""People whose names a counter shows: those with the largest shares."""

TOLD_APART = 200
"""People whose shares a counter keeps. Later people count too, but have no share of their own,
because every tap loads and saves all shares."""

NAME_MAX = 32
"""Characters of a person's name that a counter keeps."""


def name_of(person: User) -> str:
    """Give a person's first name, cut to fit into a line."""
    return " ".join(person.first_name.split())[:NAME_MAX]


def contribute(shares: Shares, person: User, by: int) -> None:
    """Add to a person's share; a share of 0 is removed.

    Args:
        shares: The counter's shares, which this changes.
        person: The person who tapped.
        by: How much the tap added.
    """
    key = str(person.id)
    if key not in shares and len(shares) >= TOLD_APART:
        return
    amount = by + (shares[key][1] if key in shares else 0)
    if amount:
        shares[key] = [name_of(person), amount]
    else:
        shares.pop(key, None)


class Contributions(Text):
    """A line for each of the largest shares, and the number of people below them.

    It reads `shares` of the window's data.
    """

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        shares: Mapping[str, list[Any]] = data.get("shares") or {}
        texts = window_texts(data, manager)
        largest = sorted(shares.values(), key=lambda share: -abs(share[1]))
        lines = [
            fill(texts, "counter-share", {"name": name, "amount": f"{amount:+d}"})
            for name, amount in largest[:SHOWN]
        ]
        if (more := len(shares) - SHOWN) > 0:
            count = f"{more}+" if len(shares) == TOLD_APART else str(more)
            lines.append(texts("counter-share-more", count=count))
        return "\n".join(lines)
