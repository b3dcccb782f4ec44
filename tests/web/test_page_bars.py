"""The bars of the chart are equal to a plain count, for random days and periods."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from db.summaries import Day
from web.totals_chart import DAYS, bars, unit_of

DAY = timedelta(days=1)
TODAY = date(2026, 11, 21)

dates = st.dates(date(2000, 1, 1), date(2100, 12, 31))
days = st.lists(
    st.builds(Day, dates, st.integers(1, 9), st.integers(-99, 99)), unique_by=lambda day: day.day
).map(lambda found: sorted(found, key=lambda day: day.day))


@given(days, dates | st.none(), dates | st.none())
def test_bars_follow_each_other_and_miss_no_total(
    found: list[Day], since: date | None, until: date | None
) -> None:
    if since and until and since > until:
        since, until = until, since
    within = [day for day in found if (since or day.day) <= day.day <= (until or day.day)]
    made = bars(within, since, until, TODAY)
    if not made:
        assert since is None
        assert within == []
        return
    assert made[0].since == (since or within[0].day)
    assert made[-1].until == (until or max([TODAY, made[0].since, *(day.day for day in within)]))
    assert all(bar.since <= bar.until for bar in made)
    assert all(one.until + DAY == other.since for one, other in pairwise(made))
    for bar in made:
        inside = [day for day in within if bar.since <= day.day <= bar.until]
        assert (bar.count, bar.sum) == (
            sum(day.count for day in inside),
            sum(day.sum for day in inside),
        )
    assert len(made) <= 101


def test_a_bar_is_a_day_a_month_or_a_year() -> None:
    first = date(2024, 1, 1)
    assert unit_of(first, first + (DAYS - 1) * DAY) == "day"
    assert unit_of(first, first + DAYS * DAY) == "month"
    assert unit_of(first, date(2026, 12, 31)) == "month"
    assert unit_of(first, date(2027, 12, 31)) == "year"
