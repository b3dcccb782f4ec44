"""Local days: when each begins, and to which day a time in the database belongs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from sqlalchemy import BigInteger, ColumnElement, case, literal, type_coerce

from db.models import Total

DAY = timedelta(days=1)
_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


def start_of(day: date, zone: tzinfo) -> datetime:
    """Give the time when a local day begins, in UTC.

    A day without a midnight begins with its first moment. If clocks go back over midnight, it
    begins at the first of the two midnights.

    Args:
        day: The day. Outside of the years 2 to 9998, the nearest day within is used.
        zone: The time zone.
    """
    day = min(max(day, date(2, 1, 1)), date(9998, 12, 31))
    # fold=0 makes both true: https://peps.python.org/pep-0495/
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Give the local day of a time, such that `start_of` of that day is not later than the time."""
    day = moment.astimezone(zone).date()
    return day + DAY if start_of(day + DAY, zone) <= moment else day


def from_number(number: int) -> date:
    """Convert a number from `number_of_day` to a date."""
    return _EPOCH + number * DAY


def number_of_day(first: date, last: date, zone: tzinfo) -> ColumnElement[int]:
    """Give the SQL expression for the local day of a total, as days since 1970.

    It is one division for each run of 24-hour days, and a constant for a day that is shorter or
    longer, so that a database does a hundred thousand rows in some 20 ms.

    Args:
        first: The first day that occurs. For earlier times the result is undefined.
        last: The last day that occurs. For later times the result is undefined.
        zone: The time zone.
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
    """Split days into runs of days with 24 hours, and single days that are shorter or longer.

    Yields:
        The first day of the run, the seconds to add to a time before the division, the end of the
        run, and whether it is such a single day.
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
