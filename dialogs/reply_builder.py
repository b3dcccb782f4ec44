"""A keyboard of numbers; the person chooses how many, and how many in a row."""

from typing import Any, TypedDict

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Cancel, Counter, ManagedCounter, SwitchTo
from magic_filter import F

from states import ReplyBuilder
from widgets.dialog_data import data_of, widget_of
from widgets.numbers import Numbers
from widgets.reply import ReplyWindow
from widgets.text import T
from widgets.window import Window

COUNT, WIDTH = 16, 4
"""Buttons, and buttons in a row, at first."""

COUNT_MAX, WIDTH_MAX = 64, 8
"""Buttons, and buttons in a row, at most."""


class BuilderData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        number: The number that the person chose last.
    """

    number: int


def rows(manager: DialogManager) -> list[range]:
    """Give the numbers from 1 up, in rows of the chosen width."""
    counters = (widget_of(manager, name, ManagedCounter) for name in ("count", "width"))
    count, width = (int(counter.get_value()) for counter in counters)
    numbers = range(1, count + 1)
    return [numbers[start : start + width] for start in range(0, count, width)]


async def get_number(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the number that the person chose last."""
    return {"number": data_of(dialog_manager, BuilderData).get("number")}


async def choose(
    _callback: CallbackQuery, _widget: Numbers, manager: DialogManager, number: int
) -> None:
    """Note the chosen number."""
    data_of(manager, BuilderData)["number"] = number


size_window = Window(
    T("builder-title"),
    Counter(id="count", text=T("builder-count"), min_value=1, max_value=COUNT_MAX, default=COUNT),
    Counter(id="width", text=T("builder-width"), min_value=1, max_value=WIDTH_MAX, default=WIDTH),
    SwitchTo(T("builder-show"), id="show", state=ReplyBuilder.numbers),
    Cancel(T("back")),
    state=ReplyBuilder.size,
)

numbers_window = ReplyWindow(
    T("numbers-chosen", when=F["number"]),
    T("numbers-choose"),
    Numbers(id="number", rows=rows, on_number=choose),
    SwitchTo(T("back"), id="back", state=ReplyBuilder.size),
    state=ReplyBuilder.numbers,
    getter=get_number,
    preview_data={"number": 7},
)

dialog = Dialog(size_window, numbers_window)
