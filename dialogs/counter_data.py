"""What a counter keeps: how it was opened, and what people have tapped."""

from collections.abc import Sequence
from typing import TypedDict

from aiogram_dialog import DialogManager

from db.models import Kind
from states import Counter
from widgets.dialog_data import data_of, start_of
from widgets.shares import Shares

CLOSED = frozenset({Counter.confirmed, Counter.cancelled})
"""The states of a counter that can't be tapped any more."""

STEPS = {Kind.NUMBERS: (-1, 1), Kind.NUMBERS_FAB: (-2, -1, 1, 2), Kind.CUSTOM: (-10, -1, 1, 10)}
"""The steps of each kind of counter. People can choose their own for `custom`."""


class CounterStart(TypedDict, total=False):
    """How a counter was opened.

    Attributes:
        kind: A `db.models.Kind`, as text.
        label: The counter's name, None if it has none.
        steps: Steps that a link brought, for the kind `custom`.
        personal: Whether only the opener may tap in a group.
        in_menu: Whether the counter was opened on the menu's message.
    """

    kind: str
    label: str | None
    steps: list[int]
    personal: bool
    in_menu: bool


class CounterData(TypedDict, total=False):
    """What a counter keeps.

    Attributes:
        value: What it shows.
        opener: The opener's id.
        language: The language of the opener's client, for openers who have chosen none.
        confirmation_id: The id of its total, 32 hexadecimal digits.
        steps: The opener's own steps, for the kind `custom`.
        name: The opener's name, if only the opener may tap.
        shares: Who counted how much, in a group.
    """

    value: int
    opener: int
    language: str | None
    confirmation_id: str
    steps: Sequence[int]
    name: str | None
    shares: Shares


def opened_as(manager: DialogManager) -> CounterStart:
    """Give how the counter was opened."""
    return start_of(manager, CounterStart)


def counted(manager: DialogManager) -> CounterData:
    """Give what the counter keeps, to be read and changed."""
    return data_of(manager, CounterData)
