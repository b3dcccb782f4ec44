"""The bars of the chart: a day, a month or a year each, none left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from db.days import DAY
from db.summaries import Day

Unit = Literal["day", "month", "year"]

DAYS, MONTHS = 31, 3 * 366
"""Days of the longest periods that are shown by days, and by months: no more bars than
fit next to each other on a phone."""


@dataclass(slots=True)
class Bar:
    """The totals of a part of the period.

    Attributes:
        since: Its first day.
        until: Its last day.
        count: How many totals.
        sum: What they add up to.
    """

    since: date
    until: date
    count: int = 0
    sum: int = 0


def bars(days: Sequence[Day], since: date | None, until: date | None, today: date) -> list[Bar]:
    """Make the bars of a period.

    Args:
        days: The days that have totals, the first one first.
        since: The first day, None for the first that has totals.
        until: The last day, None for today, or the last that has totals.
        today: Which day it is.

    Returns:
        The bars, one after the other without a gap; none if there is nothing to begin with.
    """
    if since is None and not days:
        return []
    first = since or days[0].day
    last = until or max(today, first, *(day.day for day in days[-1:]))
    made = [Bar(begin, end) for begin, end in _parts(first, last, unit_of(first, last))]
    place = 0
    for day in days:
        while day.day > made[place].until:
            place += 1
        made[place].count += day.count
        made[place].sum += day.sum
    return made


def unit_of(first: date, last: date) -> Unit:
    """Tell what a bar stands for in a chart of these days."""
    length = (last - first).days + 1
    return "day" if length <= DAYS else "month" if length <= MONTHS else "year"


def _parts(first: date, last: date, unit: Unit) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, _end(first, unit))
        yield first, end
        first = end + DAY


def _end(day: date, unit: Unit) -> date:
    """Give the last day of a day's month or year, or itself."""
    match unit:
        case "day":
            return day
        case "month":
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        case "year":
            following = date(day.year + 1, 1, 1)
    return following - DAY
