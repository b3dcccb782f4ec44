"""Bars of the chart on the page of totals: one for each day, month or year, without gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.days import DAY
from db.summaries import Day

Unit = Literal["day", "month", "year"]

DAYS, MONTHS = 31, 3 * 366
"""Longest periods in days with a bar a day, and with a bar a month, so that the bars fit on a
phone."""


@dataclass(slots=True)
class Bar:
    """The totals of one part of the period.

    Attributes:
        since: The first day.
        until: The last day.
        count: The number of totals.
        sum: Their sum.
    """

    since: date
    until: date
    count: int = 0
    sum: int = 0


def bars(days: Sequence[Day], since: date | None, until: date | None, today: date) -> list[Bar]:
    """Make the bars of a period.

    Args:
        days: The days with totals, earliest first.
        since: The first day, None for the first day with totals.
        until: The last day, None for today or the last day with totals, whichever is later.
        today: Today's date.

    Returns:
        The bars, earliest first, without gaps; none if `since` is None and there are no totals.
    """
    if since is None and not days:
        return []
    first = since or days[0].day
    last = until or max(today, first, *(day.day for day in days[-1:]))
    made = [Bar(begin, end) for begin, end in _parts(first, last, unit_of(first, last))]
    index = 0
    for day in days:
        while day.day > made[index].until:
            index += 1
        made[index].count += day.count
        made[index].sum += day.sum
    return made


def unit_of(first: date, last: date) -> Unit:
    """Give the unit of a bar in a chart of these days."""
    length = (last - first).days + 1
    return "day" if length <= DAYS else "month" if length <= MONTHS else "year"


def _parts(first: date, last: date, unit: Unit) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, _end(first, unit))
        yield first, end
        first = end + DAY


def _end(day: date, unit: Unit) -> date:
    """Give the last day of the month or year of a day, or the day itself."""
    match unit:
        case "day":
            return day
        case "month":
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        case "year":
            following = date(day.year + 1, 1, 1)
    return following - DAY
