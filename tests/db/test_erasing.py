"""All data of a person is deleted, and undo restores it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from db.changes import KEPT, Changes
from db.checkpoint import checkpoint
from db.models import Action
from db.payments import NewPayment, Payments
from db.sessions import Sessions
from db.totals import Totals
from db.users import Profile, Users
from tests.support.samples import NOON, all_of, asked, new_total, rows, undo


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


async def test_erasing_a_person_who_paid_keeps_the_payment(
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


async def test_a_total_that_is_saved_after_its_person_was_erased_is_deleted_too(
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


async def test_once_undo_is_too_late_the_files_hold_no_byte_of_an_erased_person(
    totals: Totals, changes: Changes, users: Users, engine: AsyncEngine
) -> None:
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL's files belong to the server
    await users.seen(Profile(7, "Anna-Livia", "hunter2_anna", "en"))
    for _ in range(200):  # more rows than a page holds, so that SQLite frees whole pages
        await totals.add(new_total(user_id=7, label="hunter2 cups"))
    words = (b"Anna-Livia", b"hunter2_anna", b"hunter2 cups")
    await checkpoint(engine)
    assert _held(engine, *words) == {*words}
    await changes.make(asked(Action.ERASE))
    await changes.forget(datetime.now(UTC) + KEPT + timedelta(seconds=1))
    await checkpoint(engine)
    assert _held(engine, *words) == set()


def _held(engine: AsyncEngine, *words: bytes) -> set[bytes]:
    file = Path(str(engine.url.database))
    written = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    return {word for word in words if word in written}
