"""What the dialog of totals is started with, and what it keeps."""

from typing import Any, TypedDict

from aiogram_dialog import DialogManager

from widgets.dialog_data import data_of


class TotalsStart(TypedDict, total=False):
    """What the dialog is started with.

    Attributes:
        label: Show only counters of this name; from a link.
        kind: Show only counters of this `db.models.Kind`; from a link.
        days: Show only this many last days; from a link.
        alone: Whether the settings opened the window of the person's data.
    """

    label: str | None
    kind: str | None
    days: int | None
    alone: bool


class Filters(TypedDict, total=False):
    """Which totals the person wants to see.

    Attributes:
        label: Only counters of this name, "" for those without one.
        kind: Only counters of this `db.models.Kind`.
        chat: Only totals of the chat with this id.
        chat_title: The title of that chat.
        first: The first day, as `date.isoformat` writes it.
        last: The last day, likewise.
    """

    label: str
    kind: str
    chat: int
    chat_title: str
    first: str | None
    last: str | None


class Change(TypedDict, total=False):
    """A change of totals that the person has planned or confirmed.

    Attributes:
        id: The change's id, 32 hexadecimal digits. It is chosen when the change is offered, so
            that the change is done once, however often it is confirmed.
        action: A `db.models.Action`, as text.
        total_id: The total to delete.
        label: The name to change.
        to: The new name, "" for none.
        what: The total, in words.
        count: How many totals the change is about.
        at: When the person confirmed, a Unix time.
        undone: Whether the person has undone it.
    """

    id: str
    action: str
    total_id: int
    label: str
    to: str
    what: str
    count: int
    at: float
    undone: bool


class TotalsData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        filters: Which totals the person wants to see.
        at: The fields of the page's `db.pages.Cursor`, None for the first page.
        chats: Ids and titles of the chats to choose from.
        plan: The change to confirm; empty if there is none.
        change: The change that was confirmed last.
    """

    filters: Filters
    at: list[Any] | None
    chats: list[tuple[int, str]]
    plan: Change
    change: Change


def kept(manager: DialogManager) -> TotalsData:
    """Give what the dialog keeps, to be read and changed."""
    return data_of(manager, TotalsData)
