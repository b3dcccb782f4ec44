"""Totals are deleted, renamed and restored exactly once."""

import asyncio
from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from db.changes import KEPT, UNDO, Changes, NewChange
from db.models import Action, FormerTotal
from db.sessions import Sessions
from db.totals import Totals
from db.users import Users
from tests.support.samples import NOON, all_of, asked, new_total, rows, undo


async def test_a_deleted_total_is_gone_and_undo_restores_it_exactly(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    newest = before[0]
    deletion = asked(Action.DELETE, total_id=newest["id"], user_id=newest["user_id"])
    assert await changes.make(deletion) == 1
    # A total that is confirmed before the undo does not get the deleted one's id.
    await totals.add(late := new_total(created_at=NOON + timedelta(days=1)))
    assert rows(await all_of(totals))[1:] == before[1:]

    assert await changes.make(undo(deletion, user_id=newest["user_id"])) == 1
    kept = [row for row in rows(await all_of(totals)) if row["created_at"] != late.created_at]
    assert kept == before


async def test_undo_after_a_group_has_moved_restores_totals_in_the_new_chat(
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


async def test_a_confirm_repeated_while_its_total_is_deleted_saves_nothing(
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
async def test_repeated_and_reordered_changes_have_the_same_outcome(
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

    # The outbox may deliver an undo before its change, after the database was away.
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
async def test_a_label_can_be_added_and_removed(
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


async def test_only_the_person_can_undo_and_only_for_half_a_minute(
    totals: Totals, changes: Changes, before: list[dict[str, Any]]
) -> None:
    deletion = asked(Action.DELETE, total_id=1)
    await changes.make(deletion)
    assert await changes.make(undo(deletion, after=UNDO + timedelta(seconds=1))) == 0
    assert await changes.make(undo(deletion, user_id=8)) == 0
    assert len(await all_of(totals)) == len(before) - 1
    assert await changes.make(undo(deletion)) == 1


async def test_people_can_not_change_the_totals_of_others(
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
async def test_the_data_for_undo_is_deleted_in_time(sessions: Sessions, changes: Changes) -> None:
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
def test_a_change_survives_the_way_through_json(action: Action) -> None:
    change = asked(action, total_id=5, label="", to="\N{TEACUP WITHOUT HANDLE}")
    assert NewChange.from_json(change.to_json()) == change
    assert change.made_at.tzinfo is UTC
