"""A calendar in the person's language."""

from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any, cast

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Calendar, CalendarScope, CalendarUserConfig
from aiogram_dialog.widgets.kbd.calendar_kbd import (
    CalendarDaysView,
    CalendarMonthView,
    CalendarScopeView,
    CalendarYearsView,
    OnDateSelected,
)
from aiogram_dialog.widgets.text import Format, Text
from babel.dates import format_date
from typing_extensions import override

from widgets.services import texts_of, zone_of

Bounds = Callable[[DialogManager], tuple[date, date]]
"""Gives the first and the last day that a person may choose."""


class LocalDate(Text):
    """A date in the person's language, with a capital letter first.

    Args:
        pattern: Which parts of the date, such as `LLLL y` (UTS 35, "Date Field Symbols").
        frame: The text around the date, with `{}` in place of the date.
    """

    def __init__(self, pattern: str, frame: str = "{}") -> None:
        super().__init__()
        self.pattern = pattern
        self.frame = frame

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        written = format_date(data["date"], self.pattern, texts_of(manager).language)
        return self.frame.format(written[:1].upper() + written[1:])


class DayCalendar(Calendar):
    """aiogram-dialog's calendar, in the person's language and time zone.

    Args:
        id: The widget's id.
        bounds: Gives the days that a person may choose.
        on_click: Gets the chosen day.
    """

    def __init__(
        self,
        id: str,
        bounds: Bounds,
        on_click: OnDateSelected,
    ) -> None:
        super().__init__(id=id, on_click=on_click)
        self.bounds = bounds

    @override
    def _init_views(self) -> dict[CalendarScope, CalendarScopeView]:
        day = Format("{date.day}")
        return {
            CalendarScope.DAYS: CalendarDaysView(
                self._item_callback_data,
                date_text=day,
                today_text=Format("[ {date.day} ]"),
                weekday_text=LocalDate("cccccc"),
                header_text=LocalDate("LLLL y"),
                prev_month_text=LocalDate("LLL", "« {}"),
                next_month_text=LocalDate("LLL", "{} »"),
            ),
            CalendarScope.MONTHS: CalendarMonthView(
                self._item_callback_data,
                month_text=LocalDate("LLLL"),
                this_month_text=LocalDate("LLLL", "[ {} ]"),
                header_text=LocalDate("y"),
                prev_year_text=LocalDate("y", "« {}"),
                next_year_text=LocalDate("y", "{} »"),
            ),
            CalendarScope.YEARS: CalendarYearsView(self._item_callback_data),
        }

    @override
    async def _get_user_config(
        self, data: dict[str, Any], manager: DialogManager
    ) -> CalendarUserConfig:
        first, last = self.bounds(manager)
        # Any tzinfo works, although aiogram-dialog's annotation asks for a `timezone`.
        zone = cast("timezone", zone_of(manager))
        return CalendarUserConfig(timezone=zone, min_date=first, max_date=last)

    @override
    def get_offset(self, manager: DialogManager) -> date | None:
        if chosen := super().get_offset(manager):
            return chosen
        # The library opens the month of today, where there may be no day to choose.
        today = datetime.now(zone_of(manager)).date()
        first, last = self.bounds(manager)
        nearest = min(max(today, first), last)
        return None if nearest == today else nearest.replace(day=1)

    @override
    def set_offset(self, new_offset: date, manager: DialogManager) -> None:
        # The first day of the month, because 29 February plus a year is no date.
        super().set_offset(new_offset.replace(day=1), manager)
