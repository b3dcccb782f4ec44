"""A chart of totals: by day or by name, for a week, a month or a year, light or dark."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any

from aiogram_dialog import Data, DialogManager
from aiogram_dialog.widgets.kbd import ManagedRadio, Radio
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from charts.model import Chart, Panel
from db.summaries import Label, Summary
from dialogs.totals.overview import PREVIEW, to_list
from dialogs.totals.scope import follow_link, period_of, say_name, short, today, wanted
from locales import Texts
from states import Totals as States
from widgets.chart import ChartPicture, by_day
from widgets.dialog_data import widget_of
from widgets.services import services_of, zone_of
from widgets.text import T, isolated
from widgets.window import Window
from widgets.zone import mark

LENGTHS = {"week": 7, "month": 30, "year": 365}
"""The days of each period. The period of the filters can be chosen, too."""

CHOSEN = {"period": "month", "by": "day", "theme": "light"}
"""What is chosen at first, by the widgets' ids."""

NAMES = 8
"""Names that have a bar: those with the most totals."""


async def begin(_link: Data, manager: DialogManager) -> None:
    """Choose what the windows show at first, by the link that opened the dialog if one did."""
    follow_link(manager)
    for widget_id, item in CHOSEN.items():
        await widget_of(manager, widget_id, ManagedRadio).set_checked(item)


async def get_chart(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the chart, and the same in words."""
    summaries = services_of(dialog_manager).summaries
    zone, days = zone_of(dialog_manager), _days(dialog_manager)
    dark = _chosen(dialog_manager, "theme") == "dark"
    shown = wanted(dialog_manager).on_days(*days, zone)
    summary = await summaries.summary(shown, zone, now=datetime.now(UTC))
    lines = ""
    if _chosen(dialog_manager, "by") == "label":
        labels = await summaries.by_label(shown, limit=NAMES)
        chart = _by_name(texts, labels, dark=dark)
        lines = _in_words(texts, labels, summary)
    else:
        sums = {day.day: day.sum for day in await summaries.by_day(shown, zone)}
        chart = by_day(texts.language, days, {"": sums}, dark=dark)
    first, last = map(texts.day, days)
    return {
        "chart": chart,
        "days": f"{first} … {last}{mark(zone)}",
        "lines": lines,
        "count": summary.count,
        "sum": str(summary.sum),
        "periods": _periods(dialog_manager, texts),
        "ways": [("day", texts("totals-chart-day")), ("label", texts("totals-chart-label"))],
        "themes": [("light", texts("totals-chart-light")), ("dark", texts("totals-chart-dark"))],
    }


def _days(manager: DialogManager) -> tuple[date, date]:
    """Give the first and the last day of the chart."""
    first, last = period_of(manager)
    last = last or today(manager)
    length = LENGTHS.get(_chosen(manager, "period"))
    if length is None and first:
        return first, last
    return last - timedelta(days=(length or LENGTHS["month"]) - 1), last


def _periods(manager: DialogManager, texts: Texts) -> list[tuple[str, str]]:
    periods = [
        ("week", texts("totals-chart-week")),
        ("month", texts("totals-chart-month")),
        ("year", texts("totals-chart-year")),
    ]
    filtered = [("filtered", texts("totals-chart-filtered"))] if period_of(manager)[0] else []
    return filtered + periods


def _chosen(manager: DialogManager, widget_id: str) -> str:
    radio: ManagedRadio[str] = widget_of(manager, widget_id, ManagedRadio)
    return radio.get_checked() or CHOSEN[widget_id]


def _by_name(texts: Texts, labels: Sequence[Label], *, dark: bool) -> Chart:
    # Numbered, because the picture can't show every emoji and the text below it can.
    names = [
        f"{number}. {say_name(texts, each.label)}" for number, each in enumerate(labels, start=1)
    ]
    return Chart(names, [Panel("", [each.sum for each in labels])], lying=True, dark=dark)


def _in_words(texts: Texts, labels: Sequence[Label], summary: Summary) -> str:
    lines = [
        texts(
            "totals-chart-line",
            number=str(number),
            label=escape(isolated(short(say_name(texts, each.label))), quote=False),
            count=each.count,
            sum=str(each.sum),
        )
        for number, each in enumerate(labels, start=1)
    ]
    if rest := summary.count - sum(each.count for each in labels):
        left = summary.sum - sum(each.sum for each in labels)
        lines.append(texts("totals-chart-rest", count=rest, sum=str(left)))
    return "\n".join(lines)


def _choice(name: str, items: str) -> Radio[str]:
    return Radio(
        Format("• {item[1]}"),
        Format("{item[1]}"),
        id=name,
        item_id_getter=lambda item: item[0],
        items=items,
    )


chart_window = Window(
    T("totals-chart-title"),
    # Without the days of the filters, because the title has the days of the chart.
    Format("{whatever_day}", when=F["whatever_day"]),
    Format("\n{lines}\n", when=F["lines"]),
    T("totals-summary"),
    ChartPicture("chart"),
    _choice("period", "periods"),
    _choice("by", "ways"),
    _choice("theme", "themes"),
    to_list,
    state=States.chart,
    getter=get_chart,
    preview_data={
        **PREVIEW,
        "chart": None,
        "days": "Nov 1, 2026 … Nov 21, 2026 UTC",
        "lines": "1. <b>tea</b>: 2 totals, sum 41",
        "count": 2,
        "sum": "41",
        "periods": [("week", "Week"), ("month", "Month")],
        "ways": [("day", "Day"), ("label", "Label")],
        "themes": [("light", "Light"), ("dark", "Dark")],
    },
)
