"""Charts of days, and a chart as a window's picture."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.media import Media
from babel.dates import format_date, format_skeleton

from charts.model import Chart, Panel
from charts.process import ChartError, Charts
from durable_dialogs import Picture, PictureError

QUARTER = 92
YEARS = 3 * 366
"""Days from which on only months are named, and only years."""


class ChartPicture(Media):
    """Shows the chart that stands in the window's data; it is drawn when it is shown.

    Args:
        field: Where it stands there.
        when: Whether it is shown.
    """

    def __init__(self, field: str, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.field = field

    async def _render_media(self, data: dict[str, Any], manager: DialogManager) -> Picture:
        # None where windows are only previewed.
        charts: Charts | None = manager.middleware_data.get("charts")
        return Picture(partial(_draw, charts, data[self.field]))


async def _draw(charts: Charts | None, chart: Chart) -> bytes:
    if charts is None:
        raise PictureError("nobody is there to draw")
    try:
        return await charts.draw(chart)
    except ChartError as error:
        raise PictureError(str(error)) from error


def by_day(
    language: str,
    days: tuple[date, date],
    panels: Mapping[str, Mapping[date, int]],
    *,
    dark: bool = False,
) -> Chart:
    """Make a chart of a bar a day.

    Args:
        language: The language of the days' names.
        days: The first and the last day.
        panels: The values by day, 0 where there is none, by what stands above each panel.
        dark: Whether it is for a dark theme.
    """
    first, last = days
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Chart(
        names=[_name(language, day, len(every)) for day in every],
        panels=[
            Panel(title, [values.get(day, 0) for day in every]) for title, values in panels.items()
        ],
        dark=dark,
    )


def _name(language: str, day: date, of: int) -> str:
    """Name a day on a chart of so many, "" where its month or year has its name elsewhere."""
    if of <= QUARTER:
        return str(format_skeleton("MMMd", day, locale=language))
    if day.day > 1 or (of > YEARS and day.month > 1):
        return ""
    return str(format_date(day, "y" if of > YEARS else "LLL", language))
