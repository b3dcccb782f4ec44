"""Deleting, renaming and taking back, exactly once."""

import asyncio
import secrets
from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from db.changes import KEPT, UNDO, Changes, NewChange
from db.models import Action, FormerTotal, Kind, Total
from db.payments import NewPayment, Payments
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.db.samples import NOON, all_of, new_total


def asked(action: Action, **fields: Any) -> NewChange:  # noqa: ANN401  (whatever its fields take)
    """What person 7 asks for at noon."""
    ordinary: dict[str, Any] = {"change_id": secrets.token_bytes(16), "user_id": 7, "made_at": NOON}
    return NewChange(action=action, **ordinary | fields)


def undo(change: NewChange, *, after: timedelta = UNDO, **fields: Any) -> NewChange:  # noqa: ANN401
    """Take a change back, in the last moment or after some other time."""
    return asked(Action.UNDO, change_id=change.change_id, made_at=change.made_at + after, **fields)


def rows(totals: list[Total]) -> list[dict[str, Any]]:
    """All that is known of totals."""
    return [
        {column: getattr(total, column) for column in Total.__table__.columns.keys()}  # noqa: SIM118
        for total in totals
    ]


@pytest.fixture
async def before(totals: Totals, users: Users) -> list[dict[str, Any]]:
    """What was saved: three totals of person 7, one of another."""
    await users.seen(Profile(7, "Ann", "ann", "en"))
    for value, label in enumerate(["tea", None, "coffee"]):
        at = NOON - timedelta(hours=value)
        await totals.add(new_total(label=label, value=value, created_at=at))
    await totals.add(new_total(user_id=8, label="tea", kind=Kind.INLINE, chat_id=None, value=9))
    return rows(await all_of(totals))


async def test_a_deleted_total_is_gone_and_undo_brings_it_back_as_it_was(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    newest = before[0]
    deletion = asked(Action.DELETE, total_id=newest["id"], user_id=newest["user_id"])
    assert await changes.make(deletion) == 1
    # One that is confirmed meanwhile does not take its id.
    await totals.add(late := new_total(created_at=NOON + timedelta(days=1)))
    assert rows(await all_of(totals))[1:] == before[1:]

    assert await changes.make(undo(deletion, user_id=newest["user_id"])) == 1
    kept = [row for row in rows(await all_of(totals)) if row["created_at"] != late.created_at]
    assert kept == before


async def test_what_is_brought_back_after_its_group_has_moved_is_in_the_new_chat(
    totals: Totals, changes: Changes
) -> None:
    old, new, other = -5, -1001, -6
    for chat_id in (old, old, other):
        await totals.add(new_total(chat_id=chat_id))
    deletion = asked(Action.DELETE, total_id=(await all_of(totals))[-1].id)
    assert await changes.make(deletion) == 1
    for _ in range(2):
        await totals.move(old, new)
    assert await changes.make(undo(deletion)) == 1
    assert sorted(total.chat_id or 0 for total in await all_of(totals)) == [new, new, other]


async def test_a_repeated_confirm_does_not_bring_a_deleted_total_back(
    totals: Totals, changes: Changes, users: Users
) -> None:
    new = new_total()
    await totals.add(new)
    (total,) = await all_of(totals)
    deletion = asked(Action.DELETE, total_id=total.id)
    await changes.make(deletion)
    assert not await totals.add(new)
    assert await all_of(totals) == []

    await changes.make(undo(deletion))
    assert not await totals.add(new)
    assert len(await all_of(totals)) == 1

    await changes.make(asked(Action.ERASE))
    await changes.forget(NOON + KEPT + timedelta(seconds=1))
    assert not await totals.add(new)
    assert await all_of(totals) == []
    assert await users.get(7) is None


async def test_a_confirm_repeated_while_its_total_is_deleted_comes_to_nothing(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    new, elsewhere = new_total(), Totals(other_sessions)
    await elsewhere.add(new)
    (total,) = await all_of(elsewhere)
    deletion = asked(Action.DELETE, total_id=total.id)
    again = [elsewhere.add(new) for _ in range(10)]
    deleted, *added = await asyncio.gather(Changes(sessions).make(deletion), *again)
    assert deleted == 1
    assert not any(added)
    assert await all_of(elsewhere) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"action": Action.DELETE, "total_id": 1},
        {"action": Action.RENAME, "label": "tea", "to": "coffee"},
        {"action": Action.ERASE},
    ],
    ids=["delete", "rename", "erase"],
)
async def test_what_arrives_again_or_in_another_order_changes_nothing_more(
    totals: Totals, changes: Changes, before: list[dict[str, Any]], fields: dict[str, Any]
) -> None:
    change = asked(**fields)
    assert await changes.make(change) > 0
    after = rows(await all_of(totals))
    assert await changes.make(change) == 0
    assert rows(await all_of(totals)) == after

    assert await changes.make(undo(change)) > 0
    for repeated in (change, undo(change), change):
        assert await changes.make(repeated) == 0
        assert rows(await all_of(totals)) == before

    # The database was away meanwhile, and undo is delivered first.
    other = asked(**fields)
    for late in (undo(other), other, undo(other)):
        assert await changes.make(late) == 0
        assert rows(await all_of(totals)) == before


async def test_rename_and_undo_keep_labels_apart_that_were_apart(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    change = asked(Action.RENAME, label="tea", to="coffee")
    assert await changes.make(change) == 1
    labels = [total.label for total in await all_of(totals, user_id=7)]
    assert labels == ["coffee", None, "coffee"]
    assert await changes.make(undo(change)) == 1
    assert rows(await all_of(totals)) == before


@pytest.mark.parametrize(("label", "to"), [("", "water"), ("tea", "")])
async def test_a_label_may_be_given_and_taken_away(
    totals: Totals, changes: Changes, before: list[dict[str, Any]], label: str, to: str
) -> None:
    change = asked(Action.RENAME, label=label, to=to)
    assert await changes.make(change) == 1
    assert (to or None) in {total.label for total in await all_of(totals, user_id=7)}
    await changes.make(undo(change))
    assert rows(await all_of(totals)) == before


async def test_undo_of_a_rename_does_not_bring_back_what_was_deleted_since(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    change = asked(Action.RENAME, label="tea", to="coffee")
    await changes.make(change)
    tea = next(row for row in before if row["label"] == "tea" and row["user_id"] == 7)
    deletion = asked(Action.DELETE, total_id=tea["id"])
    await changes.make(deletion)
    assert await changes.make(undo(change)) == 0
    assert tea["id"] not in {total.id for total in await all_of(totals)}


async def test_a_person_is_erased_with_all_totals_and_comes_back_whole(
    totals: Totals, changes: Changes, users: Users, before: list[dict[str, Any]]
) -> None:
    erasure = asked(Action.ERASE)
    assert await changes.make(erasure) == 3
    assert await users.get(7) is None
    assert [total.user_id for total in await all_of(totals)] == [8]

    assert await changes.make(undo(erasure)) == 3
    assert rows(await all_of(totals)) == before
    person = await users.get(7)
    assert person is not None
    assert (person.first_name, person.username, person.language) == ("Ann", "ann", "en")


async def test_a_total_deleted_before_the_person_can_be_brought_back_alone(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    deletion = asked(Action.DELETE, total_id=1)
    await changes.make(deletion)
    await changes.make(asked(Action.ERASE))
    assert await changes.make(undo(deletion)) == 1
    assert rows(await all_of(totals, user_id=7)) == [row for row in before if row["id"] == 1]


async def test_undo_is_over_after_half_a_minute_and_is_ones_own(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    deletion = asked(Action.DELETE, total_id=1)
    await changes.make(deletion)
    assert await changes.make(undo(deletion, after=UNDO + timedelta(seconds=1))) == 0
    assert await changes.make(undo(deletion, user_id=8)) == 0
    assert len(await all_of(totals)) == len(before) - 1
    assert await changes.make(undo(deletion)) == 1


async def test_nobody_changes_the_totals_of_others(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    for change in (
        asked(Action.DELETE, user_id=9, total_id=1),
        asked(Action.RENAME, user_id=9, label="tea", to="x"),
        asked(Action.ERASE, user_id=9),
    ):
        assert await changes.make(change) == 0
    assert rows(await all_of(totals)) == before


@pytest.mark.usefixtures("before")
async def test_what_undo_would_need_is_forgotten_in_time(
    sessions: Sessions, changes: Changes
) -> None:
    erasure = asked(Action.ERASE)
    await changes.make(erasure)
    for after, kept in ((KEPT - timedelta(seconds=1), 3), (KEPT + timedelta(seconds=1), 0)):
        await changes.forget(NOON + after)
        async with sessions() as session:
            assert await session.scalar(select(func.count()).select_from(FormerTotal)) == kept
    async with sessions() as session:
        change = (await session.execute(text("SELECT user_id, person FROM changes"))).one()
    assert tuple(change) == (None, None)
    assert await changes.make(erasure) == 0
    assert await changes.make(undo(erasure)) == 0


@pytest.mark.parametrize("action", Action)
def test_a_change_can_wait_elsewhere_before_it_is_made(action: Action) -> None:
    change = asked(action, total_id=5, label="", to="\N{TEACUP WITHOUT HANDLE}")
    assert NewChange.from_json(change.to_json()) == change
    assert change.made_at.tzinfo is UTC


async def test_who_has_paid_is_erased_but_for_the_payment(
    totals: Totals, changes: Changes, users: Users, sessions: Sessions
) -> None:
    await users.seen(Profile(7, "Ann", "ann", "en"))
    await totals.add(new_total())
    await Payments(sessions).save(
        NewPayment(
            telegram_payment_charge_id="charge",
            provider_payment_charge_id="",
            bill_id=bytes(16),
            user_id=7,
            chat_id=7,
            currency="XTR",
            amount=1,
            created_at=NOON,
        )
    )
    erasure = asked(Action.ERASE)
    assert await changes.make(erasure) == 1
    person = await users.get(7)
    assert person is not None
    assert (person.first_name, person.username, person.language) == ("", None, None)
    await changes.make(undo(erasure))
    person = await users.get(7)
    assert person is not None
    assert (person.first_name, person.username, person.language) == ("Ann", "ann", "en")


async def test_what_was_confirmed_before_everything_was_deleted_and_comes_later_is_deleted_too(
    totals: Totals, changes: Changes, users: Users, before: list[dict[str, Any]]
) -> None:
    erasure = asked(Action.ERASE)
    assert await changes.make(erasure) == 3
    late, new = (new_total(created_at=NOON + timedelta(minutes=at)) for at in (-1, 1))
    assert not await totals.add(late)
    assert not await totals.add(late)
    assert [total.user_id for total in await all_of(totals)] == [8]
    assert await users.get(7) is None
    assert await totals.add(new)

    assert await changes.make(undo(erasure)) == 4
    kept = rows(await all_of(totals))
    assert [row for row in kept if row["created_at"] not in {late.created_at, new.created_at}] == (
        before
    )
    assert len(kept) == len(before) + 2


async def test_changes_of_the_same_totals_at_the_same_time_all_come_through(
    totals: Totals, changes: Changes
) -> None:
    for _ in range(10):
        for _ in range(3):
            await totals.add(new_total())
        deletions = [asked(Action.DELETE, total_id=total.id) for total in await all_of(totals)]
        erasure = asked(Action.ERASE)
        made = await asyncio.gather(*map(changes.make, [*deletions, erasure, *deletions]))
        assert sum(made) == 3
        assert await all_of(totals) == []
