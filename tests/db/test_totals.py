"""Totals are saved exactly once, and found again."""

import asyncio
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from db.filters import Filter
from db.models import VALUE_MAX, Kind, Total
from db.sessions import Sessions
from db.totals import NewTotal, Totals
from db.users import Profile, Users
from tests.support.samples import NOON, all_of, new_total

DAY = date(2026, 5, 4)
SHRUG = "\N{SHRUG}\N{ZERO WIDTH JOINER}\N{FEMALE SIGN}"


async def saved(totals: Totals) -> Total:
    """Give the only total in the database."""
    (total,) = await all_of(totals)
    return total


async def test_a_total_is_found_as_it_was_saved(totals: Totals) -> None:
    new = new_total(kind=Kind.NUMBERS_FAB, label="Push-ups", value=-3)
    assert await totals.add(new)
    total = await saved(totals)
    for field in ("confirmation_id", "user_id", "chat_id", "kind", "label", "value", "created_at"):
        assert getattr(total, field) == getattr(new, field)
    assert isinstance(total.kind, Kind)
    assert total.created_at.tzinfo is UTC


async def test_a_repeated_confirmation_changes_nothing(totals: Totals) -> None:
    new = new_total(value=5)
    assert await totals.add(new)
    assert not await totals.add(new)
    assert not await totals.add(new_total(confirmation_id=new.confirmation_id, value=6))
    assert (await saved(totals)).value == 5


async def test_twenty_confirmations_at_once_in_two_processes_make_one_total(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    processes = [Totals(sessions), Totals(other_sessions)]
    new = new_total(value=5)
    new_to = await asyncio.gather(*(totals.add(new) for totals in processes * 10))
    assert sorted(new_to) == [False] * 19 + [True]
    assert (await saved(processes[0])).value == 5


async def test_a_total_makes_its_person_known(totals: Totals, users: Users) -> None:
    await totals.add(new_total(user_id=8))
    person = await users.get(8)
    assert person is not None
    assert (person.first_name, person.username, person.created_at) == ("", None, NOON)


async def test_a_total_leaves_a_known_person_as_is(totals: Totals, users: Users) -> None:
    await users.seen(Profile(8, "Ann", "ann", "en"))
    await totals.add(new_total(user_id=8))
    person = await users.get(8)
    assert person is not None
    assert person.first_name == "Ann"


@pytest.mark.parametrize("label", ["x", "\N{FLEXED BICEPS}" * 64, "\N{HEBREW LETTER ALEF}" * 64])
@pytest.mark.parametrize("value", [-VALUE_MAX, 0, VALUE_MAX])
async def test_the_smallest_and_largest_values_and_labels_are_saved(
    totals: Totals, label: str, value: int
) -> None:
    await totals.add(new_total(label=label, value=value))
    total = await saved(totals)
    assert (total.label, total.value) == (label, value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": VALUE_MAX + 1},
        {"value": -VALUE_MAX - 1},
        {"label": ""},
        {"label": "x" * 65},
        {"confirmation_id": b"short"},
    ],
    ids=str,
)
async def test_a_value_out_of_range_is_refused(
    totals: Totals, users: Users, wrong: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError):
        await totals.add(new_total(**wrong))
    assert await users.get(7) is None


async def test_a_time_is_kept_to_the_second_in_utc(totals: Totals) -> None:
    tokyo = timezone(timedelta(hours=9))
    await totals.add(new_total(created_at=datetime(2026, 5, 4, 21, 0, 0, 999_999, tzinfo=tokyo)))
    assert (await saved(totals)).created_at == NOON


async def test_a_time_without_a_zone_is_refused(totals: Totals) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        await totals.add(new_total(created_at=NOON.replace(tzinfo=None)))


@pytest.mark.parametrize("new", [new_total(), new_total(chat_id=None, label=SHRUG, value=-1)])
def test_a_total_survives_the_way_through_json(new: NewTotal) -> None:
    assert NewTotal.from_json(new.to_json()) == new


async def test_a_stream_gives_the_totals_of_a_person_or_chat_last_saved_first(
    totals: Totals,
) -> None:
    for value, (user_id, chat_id) in enumerate([(7, -1), (8, -1), (7, None), (7, -2)]):
        await totals.add(new_total(user_id=user_id, chat_id=chat_id, value=value))

    async def values(user_id: int | None = None, chat_id: int | None = None) -> list[int]:
        return [total.value for total in await all_of(totals, user_id=user_id, chat_id=chat_id)]

    assert await values() == [3, 2, 1, 0]
    assert await values(user_id=7) == [3, 2, 0]
    assert await values(chat_id=-1) == [1, 0]
    assert await values(user_id=7, chat_id=-1) == [0]
    assert await values(user_id=9) == []


async def test_a_day_begins_and_ends_at_midnight_in_utc(totals: Totals) -> None:
    start = datetime(2026, 5, 4, tzinfo=UTC)
    moments = {
        "before": start - timedelta(microseconds=1),
        "first": start,
        "last": start + timedelta(days=1, microseconds=-1),
        "after": start + timedelta(days=1),
    }
    for label, moment in moments.items():
        await totals.add(new_total(label=label, created_at=moment))

    async def labels(since: date | None = None, until: date | None = None) -> list[str | None]:
        wanted = Filter().on_days(since, until, UTC)
        return [total.label async for total in totals.stream(wanted)][::-1]

    assert await labels(since=DAY, until=DAY) == ["first", "last"]
    assert await labels(since=DAY) == ["first", "last", "after"]
    assert await labels(until=DAY) == ["before", "first", "last"]
    assert await labels(since=date.min, until=date.max) == list(moments)
    assert await labels(since=DAY + timedelta(days=1), until=DAY) == []


async def test_a_stream_left_early_gives_its_connection_back(
    totals: Totals, engine: AsyncEngine
) -> None:
    for _ in range(3):
        await totals.add(new_total())
    async with aclosing(totals.stream(Filter())) as stream:
        await anext(stream)
    assert isinstance(engine.pool, QueuePool)
    assert engine.pool.checkedout() == 0
