"""A keyboard that is built: so many numbers, so many a row."""

from typing import Any, cast

from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Cancel, Counter, ManagedCounter, SwitchTo
from magic_filter import F

from states import ReplyBuilder
from widgets.numbers import Numbers
from widgets.reply import ReplyWindow
from widgets.text import T
from widgets.window import Window

COUNT, WIDTH = 16, 4
"""Buttons at first, and buttons a row."""

COUNT_MAX, WIDTH_MAX = 64, 8
"""Buttons at most, and buttons a row."""


def rows(manager: DialogManager) -> list[range]:
    """Give the numbers from 1 up, so many a row."""
    counters = (cast("ManagedCounter", manager.find(name)) for name in ("count", "width"))
    count, width = (int(counter.get_value()) for counter in counters)
    numbers = range(1, count + 1)
    return [numbers[start : start + width] for start in range(0, count, width)]


async def get_number(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the number that was chosen last."""
    return {"number": dialog_manager.dialog_data.get("number")}


async def choose(
    _callback: CallbackQuery, _widget: Numbers, manager: DialogManager, number: int
) -> None:
    """Note the number that was chosen."""
    manager.dialog_data["number"] = number


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
