"""Calendars to choose the first and the last day of the filters."""

from datetime import date
from typing import Literal

from aiogram.fsm.state import State
from aiogram_dialog import DialogManager

from dialogs.totals.filters import filter_by, to_filters
from dialogs.totals.kept import Filters
from dialogs.totals.scope import FIRST_DAY, period_of, today
from states import Totals as States
from widgets.calendar import Bounds, DayCalendar
from widgets.text import T
from widgets.window import Window


def first_bounds(manager: DialogManager) -> tuple[date, date]:
    """Give the first and the last day that a period may begin with."""
    return FIRST_DAY, period_of(manager)[1] or today(manager)


def last_bounds(manager: DialogManager) -> tuple[date, date]:
    """Give the first and the last day that a period may end with."""
    first, _ = period_of(manager)
    # The first day may be in the future if the person has moved to the west since.
    return first or FIRST_DAY, max(first or FIRST_DAY, today(manager))


def _calendar(state: State, key: str, end: Literal["first", "last"], bounds: Bounds) -> Window:
    """Make a window to choose the first or the last day of the period."""

    async def choose(_: object, _calendar: object, manager: DialogManager, day: date, /) -> None:
        chosen: Filters = {}
        chosen[end] = day.isoformat()
        await filter_by(manager, chosen)

    calendar = DayCalendar(id=end, bounds=bounds, on_click=choose)
    return Window(T(key), calendar, to_filters, state=state)


first_window = _calendar(States.first_day, "totals-first-title", "first", first_bounds)
last_window = _calendar(States.last_day, "totals-last-title", "last", last_bounds)
