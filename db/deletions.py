"""Deletes totals and people, and keeps what undo needs."""

from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Result,
    delete,
    exists,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db import upsert
from db.columns import EpochSeconds
from db.models import Action, Base, Change, FormerTotal, Tombstone, Total, User

COLUMNS = [column.key for column in Total.__table__.columns]
"""The columns of a total, all of which undo restores."""
USERS = User.__table__


async def bury_if_erased(session: AsyncSession, user_id: int, confirmation_id: bytes) -> bool:
    """Delete a total that was saved late, after all of its person's data was erased.

    It was confirmed before the erasure, but waited for the database longer. Undo restores it with
    the others.

    Args:
        session: The transaction that added it.
        user_id: The person.
        confirmation_id: The confirmation id of the total.

    Returns:
        Whether it was deleted.
    """
    meant = [Total.confirmation_id == confirmation_id]
    erased = select(Change.id).where(
        Change.user_id == user_id,
        Change.action == Action.ERASE,
        Change.undone_at.is_(None),
        # Within the same second the order is unknown, and the total stays.
        Change.made_at > select(Total.created_at).where(*meant).scalar_subquery(),
    )
    change_id = await session.scalar(erased.limit(1))
    if change_id is None:
        return False
    await bury(session, change_id, meant)
    await _drop_person(session, user_id)
    return True


async def bury(session: AsyncSession, change_id: bytes, meant: list[ColumnElement[bool]]) -> int:
    """Delete totals and leave tombstones, so that a repeated Confirm does not save them again.

    Args:
        session: The transaction.
        change_id: The change to undo if they shall be restored.
        meant: The conditions that select the totals.

    Returns:
        How many totals were deleted.
    """
    count = await keep(session, change_id, meant)
    buried = select(Total.confirmation_id).where(*meant)
    await session.execute(
        upsert.insert(session, Tombstone)
        .from_select(["confirmation_id"], buried)
        .on_conflict_do_nothing()
    )
    await session.execute(delete(Total).where(*meant))
    return count


async def keep(session: AsyncSession, change_id: bytes, meant: list[ColumnElement[bool]]) -> int:
    """Copy totals as they are before a change, for undo; give how many."""
    former = select(literal(change_id), Total.__table__).where(*meant)
    return count_of(
        await session.execute(insert(FormerTotal).from_select(["change_id", *COLUMNS], former))
    )


async def erase_person(session: AsyncSession, change_id: bytes, user_id: int) -> None:
    """Delete a person's row and keep a copy for undo. If rows refer to it, only its id stays."""
    rows = await session.execute(select(USERS).where(USERS.c.id == user_id))
    if not (person := rows.mappings().one_or_none()):
        return
    kept = {
        column.key: int(person[column].timestamp()) if is_time(column) else person[column]
        for column in USERS.columns
    }
    await session.execute(update(Change).where(Change.id == change_id).values(person=kept))
    # If something refers to the person, such as a payment, the row stays with nothing but the id.
    unknown = {column.key: None for column in USERS.columns if column.nullable}
    nameless = {**unknown, "first_name": ""}
    await session.execute(update(User).where(User.id == user_id).values(nameless))
    await _drop_person(session, user_id)


async def _drop_person(session: AsyncSession, user_id: int) -> None:
    needed = [
        exists().where(key.parent == User.id)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is USERS.c.id
    ]
    await session.execute(delete(User).where(User.id == user_id, not_(or_(*needed))))


def is_time(column: ColumnElement[Any]) -> bool:
    """Tell whether a column holds a time."""
    return isinstance(column.type, EpochSeconds)


def count_of(result: Result[Any]) -> int:
    """Give the number of rows that a statement changed."""
    return cast("CursorResult[Any]", result).rowcount
