"""Sums of totals agree with sums in plain Python, for any filter and time zone."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.filters import UNLABELLED, Filter
from db.models import Kind
from db.summaries import Amount, Day, Summaries
from db.totals import NewTotal, Totals
from db.users import Profile, Users
from tests.support.samples import NOON, all_of, new_total

# Zones whose clocks change at midnight, at 24:00, by half an hour, or in the other half of the
# year, and two zones that are never a whole hour away from UTC.
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            *("UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Havana"),
            *("Australia/Lord_Howe", "Asia/Kathmandu", "America/Caracas", "Pacific/Apia"),
        )
    ]
)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Draw moments between two days, in UTC."""
    return st.datetimes(
        datetime.fromisoformat(first), datetime.fromisoformat(last), timezones=st.just(UTC)
    )


# Around those changes of clocks, and over years.
MOMENTS = st.one_of(
    moments("2026-03-07", "2026-04-26"),
    moments("2026-10-24", "2026-11-03"),
    moments("2025-01-01", "2027-06-01"),
)


@st.composite
def days_edges(draw: st.DrawFn) -> datetime:
    """Draw a moment within two seconds of a midnight of 2026."""
    zone = draw(ZONES)
    day = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC) + timedelta(seconds=draw(st.integers(-2, 1)))


LABELS = st.sampled_from([None, "tea", "Tea", "\N{HEBREW LETTER ALEF}"])
CHATS = st.sampled_from([7, -100, None])
NEW = st.builds(
    new_total,
    chat_id=CHATS,
    kind=st.sampled_from(Kind),
    label=LABELS,
    value=st.integers(-3, 100),
    created_at=st.one_of(MOMENTS, days_edges()).map(lambda at: at.replace(microsecond=0)),
)
NEWS = st.lists(NEW, max_size=12)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """Draw a filter, often one that selects many totals."""
    wanted = Filter(
        chat_id=draw(st.one_of(st.none(), CHATS)),
        kind=draw(st.one_of(st.none(), st.none(), st.sampled_from(Kind))),
        label=draw(st.one_of(st.none(), st.none(), LABELS.map(lambda label: label or UNLABELLED))),
    )
    days = st.one_of(st.none(), st.dates(date(2026, 3, 1), date(2026, 11, 3)))
    return wanted.on_days(draw(days), draw(days), draw(ZONES))


SHARED = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def persons() -> Iterator[int]:
    """Give the ids of people: a new one for each example, because all share one database."""
    return count(1)


def passes(total: NewTotal, wanted: Filter) -> bool:
    """Tell whether a filter selects a total, without a database."""
    return all(
        (
            wanted.chat_id is None or total.chat_id == wanted.chat_id,
            wanted.kind is None or total.kind is wanted.kind,
            wanted.label is None or (total.label or "") == wanted.label,
            wanted.since is None or total.created_at >= wanted.since,
            wanted.until is None or total.created_at < wanted.until,
        )
    )


class Person:
    """A person with totals, in the database and in a list."""

    def __init__(self, user_id: int, news: Sequence[NewTotal]) -> None:
        self.id = user_id
        self.totals = [replace(new, user_id=user_id) for new in news]

    async def save(self, totals: Totals) -> None:
        """Save the totals in the database."""
        await asyncio.gather(*(totals.add(total) for total in self.totals))

    def passing(self, wanted: Filter) -> list[NewTotal]:
        """Give the totals of the list that a filter selects."""
        return [total for total in self.totals if passes(total, wanted)]


def groups(totals: list[NewTotal], key: Callable[[NewTotal], Any]) -> dict[Any, Amount]:
    """Add totals up by a key, in plain Python."""
    found: defaultdict[Any, list[int]] = defaultdict(list)
    for total in totals:
        found[key(total)].append(total.value)
    return {group: Amount(len(values), sum(values)) for group, values in found.items()}


@SHARED
@given(news=NEWS, wanted=filters(), zone=ZONES, now=st.one_of(MOMENTS, days_edges()))
async def test_sums_agree_with_a_list(  # noqa: PLR0913 - three are fixtures, four are drawn
    *,
    totals: Totals,
    summaries: Summaries,
    persons: Iterator[int],
    news: list[NewTotal],
    wanted: Filter,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    person = Person(next(persons), news)
    await person.save(totals)
    wanted = replace(wanted, user_id=person.id)
    expected = person.passing(wanted)

    assert Counter(each.confirmation_id for each in await all_of(totals, **asdict(wanted))) == (
        Counter(each.confirmation_id for each in expected)
    )
    days = groups(expected, lambda total: total.created_at.astimezone(zone).date())
    assert await summaries.by_day(wanted, zone) == [
        Day(day, days[day].count, days[day].sum) for day in sorted(days)
    ]
    labels = await summaries.by_label(wanted)
    assert {each.label: Amount(each.count, each.sum) for each in labels} == groups(
        expected, lambda total: total.label
    )
    chats = await summaries.by_chat(wanted)
    assert {each.chat_id: Amount(each.count, each.sum) for each in chats} == groups(
        expected, lambda total: total.chat_id
    )

    summary = await summaries.summary(wanted, zone, now=now)
    values = [total.value for total in expected]
    assert (summary.count, summary.sum) == (len(values), sum(values))
    assert summary.smallest == min(values, default=None)
    assert summary.largest == max(values, default=None)
    assert summary.mean == (sum(values) / len(values) if values else None)
    today = now.astimezone(zone).date()
    week = [day for day in days if day.isocalendar()[:2] == today.isocalendar()[:2]]
    assert summary.today == days.get(today, Amount(0, 0))
    so_far = [days[day] for day in week if day <= today]
    assert summary.week == Amount(sum(a.count for a in so_far), sum(a.sum for a in so_far))
    back = today if today in days else today - timedelta(days=1)
    streak = 0
    while back - timedelta(days=streak) in days:
        streak += 1
    assert summary.streak == streak


@pytest.mark.parametrize("length", [0, 1, 32, 33, 34, 98])
async def test_a_streak_may_be_long(totals: Totals, summaries: Summaries, length: int) -> None:
    for day in range(length):
        await totals.add(new_total(created_at=NOON - timedelta(days=day)))
    await totals.add(new_total(created_at=NOON - timedelta(days=length + 1)))
    wanted = Filter(user_id=7)
    assert (await summaries.summary(wanted, now=NOON)).streak == (length or 1)
    tomorrow = NOON + timedelta(days=1)
    assert (await summaries.summary(wanted, now=tomorrow)).streak == length


async def test_a_day_of_25_hours_is_one_day(totals: Totals, summaries: Summaries) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, tzinfo=berlin).astimezone(UTC)
    for seconds in (-1, 0, 25 * 3600 - 1, 25 * 3600):
        await totals.add(new_total(created_at=start + timedelta(seconds=seconds)))
    assert [(each.day.day, each.count) for each in await summaries.by_day(Filter(), berlin)] == [
        (24, 1),
        (25, 2),
        (26, 1),
    ]
    found = await all_of(
        totals, **asdict(Filter().on_days(date(2026, 10, 25), date(2026, 10, 25), berlin))
    )
    assert len(found) == 2


async def test_midnight_twice_belongs_to_the_later_day_both_times(
    totals: Totals, summaries: Summaries
) -> None:
    # Until 2011 clocks in Newfoundland went from 0:01 back to 23:01.
    johns = ZoneInfo("America/St_Johns")
    first = datetime(2010, 11, 7, tzinfo=johns).astimezone(UTC)
    for seconds in (-1, 0, 59, 60, 3600):
        await totals.add(new_total(created_at=first + timedelta(seconds=seconds)))
    days = [(each.day.day, each.count) for each in await summaries.by_day(Filter(), johns)]
    assert days == [(6, 1), (7, 4)]
    summary = await summaries.summary(Filter(), johns, now=first + timedelta(seconds=90))
    assert (summary.today.count, summary.streak) == (4, 2)


async def test_labels_and_chats_to_choose_from_are_few_and_the_last_used_first(
    totals: Totals, summaries: Summaries
) -> None:
    for hour, label in enumerate(["often", "often", "long ago", "lately"]):
        at = NOON + timedelta(hours=hour)
        await totals.add(new_total(label=label, chat_id=-hour, created_at=at))
    mine = Filter(user_id=7)
    latest = await summaries.by_label(mine, limit=2, latest_first=True)
    assert [(each.label, each.count) for each in latest] == [("lately", 1), ("long ago", 1)]
    assert [each.label for each in await summaries.by_label(mine, limit=1)] == ["often"]
    assert latest[0].last == NOON + timedelta(hours=3)
    chats = await summaries.by_chat(mine, limit=3, latest_first=True)
    assert [each.chat_id for each in chats] == [-3, -2, -1]


async def test_totals_of_a_group_are_added_up_by_person(
    totals: Totals, summaries: Summaries, users: Users
) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en"))
    for user_id, chat_id, value in ((7, -1, 1), (7, -1, 2), (8, -1, 10), (8, -2, 5)):
        await totals.add(new_total(user_id=user_id, chat_id=chat_id, value=value))
    who = await summaries.by_user(Filter(chat_id=-1))
    assert [(each.user_id, each.first_name, each.username) for each in who] == [
        (7, "Ann", "ann"),
        (8, "", None),
    ]
    assert [(each.count, each.sum) for each in who] == [(2, 3), (1, 10)]
    assert len(await summaries.by_user(Filter(chat_id=-1), limit=1)) == 1
