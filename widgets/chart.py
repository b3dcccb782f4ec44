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
from widgets.services import services_unless_preview

QUARTER = 92
"""Days up to which a chart names each day; a longer one names months."""

YEARS = 3 * 366
"""Days up to which a chart names months; a longer one names years."""


class ChartPicture(Media):
    """Shows a chart from the window's data; it is drawn after the commit.

    Args:
        field: Key of the window's data for the chart, a `charts.model.Chart`.
        when: Whether the chart is shown.
    """

    def __init__(self, field: str, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.field = field

    async def _render_media(self, data: dict[str, Any], manager: DialogManager) -> Picture:
        services = services_unless_preview(manager)
        charts = services.charts if services else None
        return Picture(partial(_draw, charts, data[self.field]))


async def _draw(charts: Charts | None, chart: Chart) -> bytes:
    if charts is None:
        raise PictureError("a preview draws no charts")
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
    """Make a chart with a bar for each day.

    Args:
        language: The language of the days' names, such as `en`.
        days: The first and the last day.
        panels: For each panel its title and its values by day; a day without a value is 0.
        dark: Whether the chart is for a dark theme.
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
    """Name a day on a chart of `of` days; "" if only its month or year has a name there."""
    if of <= QUARTER:
        return str(format_skeleton("MMMd", day, locale=language))
    if day.day > 1 or (of > YEARS and day.month > 1):
        return ""
    return str(format_date(day, "y" if of > YEARS else "LLL", language))
