"""Local days: when they begin, and which one a moment in the database belongs to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from sqlalchemy import BigInteger, ColumnElement, case, literal, type_coerce

from db.models import Total

DAY = timedelta(days=1)
_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


def start_of(day: date, zone: tzinfo) -> datetime:
    """When a local day begins, in UTC; where it has no midnight, at its first moment.

    Where clocks go back over midnight it begins with the first of the two.

    Args:
        day: The day; outside of the years 2 to 9998 the nearest one within.
        zone: Where.
    """
    day = min(max(day, date(2, 1, 1)), date(9998, 12, 31))
    # fold=0 is what makes both true: https://peps.python.org/pep-0495/
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The local day of a moment, such that `start_of` of that day is not after it."""
    day = moment.astimezone(zone).date()
    return day + DAY if start_of(day + DAY, zone) <= moment else day


def from_number(number: int) -> date:
    """The day that `number_of_day` means."""
    return _EPOCH + number * DAY


def number_of_day(first: date, last: date, zone: tzinfo) -> ColumnElement[int]:
    """SQL for the local day of a total's time, as days since 1970.

    It is one division, so a database does a hundred thousand in some 20 ms;
    only around the changes of clocks others apply.

    Args:
        first: The first day that occurs; the result for times before it is void.
        last: The last day that occurs, likewise.
        zone: Where.
    """
    seconds = type_coerce(Total.created_at, BigInteger)
    runs = [
        (int(until.timestamp()), literal(day) if odd else (seconds + shift) // _SECONDS)
        for day, shift, until, odd in _runs(first, last, zone)
    ]
    *before, (_, number) = runs
    if not before:
        return number
    return case(*((seconds < until, number) for until, number in before), else_=number)


def _runs(first: date, last: date, zone: tzinfo) -> Iterator[tuple[int, int, datetime, bool]]:
    """Split days into runs of 24 hours each, and single ones that are shorter or longer.

    Yields:
        A run's first day, what to add to a time before dividing, its end, whether it is a single.
    """
    days = [first + number * DAY for number in range((last - first).days + 2)]
    starts = [start_of(day, zone) for day in days]
    odd = [after - before != DAY for before, after in pairwise(starts)]
    begin = 0
    for index in range(len(odd)):
        if index + 1 == len(odd) or odd[index] or odd[index + 1]:
            number = (days[begin] - _EPOCH).days
            shift = number * _SECONDS - int(starts[begin].timestamp())
            yield number, shift, starts[index + 1], odd[begin]
            begin = index + 1
