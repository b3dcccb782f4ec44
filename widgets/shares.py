"""Who has counted how much of a shared counter."""

from collections.abc import Mapping
from typing import Any

from aiogram.types import User
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.text import Text

from widgets.text import fill, texts_of

Shares = dict[str, list[Any]]
"""Name and amount by the person's id, as JSON has them: strings as keys, lists as pairs."""

SHOWN = 10
"""People who are named, those who have counted most."""
TOLD_APART = 200
"""People whose shares are kept; whoever comes after them counts, but in nobody's name.
All of it is loaded and saved with each tap."""
NAME_MAX = 32
"""Characters of a name that are kept."""


def name_of(person: User) -> str:
    """Give a person's name as it fits into a line."""
    return " ".join(person.first_name.split())[:NAME_MAX]


def contribute(shares: Shares, person: User, by: int) -> None:
    """Add to a person's share; one that comes to nothing is forgotten.

    Args:
        shares: The shares, which are changed.
        person: Who has counted.
        by: How much.
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
    """A line for each of those who have counted most, and how many more there are.

    Takes the `shares` of the window's data.
    """

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        shares: Mapping[str, list[Any]] = data.get("shares") or {}
        texts = texts_of(data, manager)
        largest = sorted(shares.values(), key=lambda share: -abs(share[1]))
        lines = [
            fill(texts, "counter-share", {"name": name, "amount": f"{amount:+d}"})
            for name, amount in largest[:SHOWN]
        ]
        if (more := len(shares) - SHOWN) > 0:
            count = f"{more}+" if len(shares) == TOLD_APART else str(more)
            lines.append(texts("counter-share-more", count=count))
        return "\n".join(lines)
