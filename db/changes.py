"""The repository of changes: what people do to their saved totals (delete, rename, erase, undo)."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import (
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db import upsert
from db.deletions import COLUMNS, USERS, bury, count_of, erase_person, is_time, keep
from db.filters import Filter
from db.models import Action, Change, FormerTotal, Tombstone, Total, User
from db.sessions import Sessions

UNDO = timedelta(seconds=30)
"""The time in which a person may undo a change."""
KEPT = timedelta(minutes=10)
"""The time for which the database keeps what undo needs. Longer than `UNDO`, because the database
may be away when a person presses Undo."""

UNSEEN = {"synchronize_session": False}
"""The execution option for statements that change many rows which the session has not loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change that a person asked for.

    Attributes:
        action: What to do.
        change_id: 16 random bytes, drawn by the window that offers the change. For undo, the id of
            the change to undo.
        user_id: The person. Only their own totals are changed.
        made_at: The time when the person asked. Undo is refused if that was too late.
        total_id: The total to delete.
        label: The label to rename, "" for totals without a label.
        to: The new label, "" for none.
    """

    action: Action
    change_id: bytes
    user_id: int
    made_at: datetime
    total_id: int | None = None
    label: str | None = None
    to: str | None = None

    def to_json(self) -> str:
        """Write it as JSON, for the outbox."""
        return json.dumps(
            asdict(self) | {"change_id": self.change_id.hex(), "made_at": self.made_at.isoformat()}
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ValueError: The text is something else.
        """
        fields = json.loads(text)
        fields["action"] = Action(fields["action"])
        fields["change_id"] = bytes.fromhex(fields["change_id"])
        fields["made_at"] = datetime.fromisoformat(fields["made_at"])
        return cls(**fields)


class Changes:
    """Changes saved totals, each change exactly once, and undoes changes.

    A deleted total leaves its table at once, so queries see only what counts. A copy stays until
    undo is too late. A tombstone stays for good, so that a repeated Confirm does not save it again.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def make(self, change: NewChange) -> int:
        """Make a change.

        The same change may come twice, and undo may come before the change that it undoes: the
        outcome is the same.

        Args:
            change: What to do. DELETE deletes one total. RENAME gives all totals of a label
                another label. ERASE deletes all of a person's totals and the person's row; the
                row keeps its id if something, such as a payment, refers to it. UNDO restores
                exactly what there was, ids and times included.

        Returns:
            How many totals were deleted, renamed or restored. 0 if there was nothing to do, if
            the change was made before, or if it was too late for undo.

        Raises:
            sqlalchemy.exc.IntegrityError: A label is too long; a retry won't help.
        """
        async with self._sessions.writing(is_long=change.action != Action.DELETE) as session:
            # Lock the person's row, so that no other transaction changes or adds one of their
            # totals meanwhile. (SQLite has only one writer anyway.)
            person = select(User.id).where(User.id == change.user_id).with_for_update()
            await session.execute(person)
            if change.action is Action.UNDO:
                return await _undo(session, change)
            noted = await session.execute(
                upsert.insert(session, Change)
                .values(_note(change))
                .on_conflict_do_nothing(index_elements=[Change.id])
            )
            if not count_of(noted):
                return 0
            if change.action is Action.RENAME:
                return await _rename(session, change)
            return await _delete(session, change)

    async def forget(self, now: datetime) -> None:
        """Delete the data of changes that are too old for undo. To be called every now and then.

        Only the id and the times of a change stay, which tell nothing about a person.

        Args:
            now: The time, in any time zone.
        """
        over = (Change.made_at < now - KEPT, Change.user_id.is_not(None))
        async with self._sessions() as session:
            if not await session.scalar(select(exists().where(*over))):
                return  # the usual case: without a write there is no lock and no sync
        async with self._sessions.writing(is_long=True) as session:
            old = select(Change.id).where(*over)
            await session.execute(
                delete(FormerTotal).where(FormerTotal.change_id.in_(old)),
                execution_options=UNSEEN,
            )
            await session.execute(update(Change).where(*over).values(user_id=None, person=None))


def _note(change: NewChange) -> dict[str, Any]:
    return {
        "id": change.change_id,
        "action": change.action,
        "user_id": change.user_id,
        "made_at": change.made_at,
    }


async def _rename(session: AsyncSession, change: NewChange) -> int:
    named = Filter(user_id=change.user_id, label=change.label or "").conditions()
    count = await keep(session, change.change_id, named)
    await session.execute(update(Total).where(*named).values(label=change.to or None))
    return count


async def _delete(session: AsyncSession, change: NewChange) -> int:
    meant = [Total.user_id == change.user_id]
    if change.action is Action.DELETE:
        meant.append(Total.id == change.total_id)
    count = await bury(session, change.change_id, meant)
    if change.action is Action.ERASE:
        await erase_person(session, change.change_id, change.user_id)
    return count


async def _undo(session: AsyncSession, change: NewChange) -> int:
    # If the database was away, undo may come before the change. The change then finds this row
    # and does nothing.
    noted = await session.execute(
        upsert.insert(session, Change)
        .values(_note(change) | {"undone_at": change.made_at})
        .on_conflict_do_update(
            index_elements=[Change.id],
            set_={"undone_at": change.made_at},
            where=and_(
                Change.user_id == change.user_id,
                Change.undone_at.is_(None),
                Change.made_at >= change.made_at - UNDO,
            ),
        )
    )
    if not count_of(noted):
        return 0
    made = await session.get_one(Change, change.change_id)
    if made.action is Action.RENAME:
        return await _relabel(session, change)
    await _restore_person(session, change, made.person or {})
    return await _restore(session, change)


async def _relabel(session: AsyncSession, change: NewChange) -> int:
    former = select(FormerTotal.label).where(
        FormerTotal.change_id == change.change_id, FormerTotal.id == Total.id
    )
    renamed = select(FormerTotal.id).where(FormerTotal.change_id == change.change_id)
    return count_of(
        await session.execute(
            update(Total).where(Total.id.in_(renamed)).values(label=former.scalar_subquery()),
            execution_options=UNSEEN,
        )
    )


async def _restore(session: AsyncSession, change: NewChange) -> int:
    former = FormerTotal.change_id == change.change_id
    deleted = select(FormerTotal.confirmation_id).where(former)
    await session.execute(
        delete(Tombstone).where(Tombstone.confirmation_id.in_(deleted)), execution_options=UNSEEN
    )
    columns = [FormerTotal.__table__.c[name] for name in COLUMNS]
    return count_of(
        await session.execute(insert(Total).from_select(COLUMNS, select(*columns).where(former)))
    )


async def _restore_person(session: AsyncSession, change: NewChange, person: dict[str, Any]) -> None:
    least = {"id": change.user_id, "first_name": "", "created_at": change.made_at}
    known = {
        column.key: datetime.fromtimestamp(person[column.key], UTC)
        if is_time(column)
        else person[column.key]
        for column in USERS.columns
        if person.get(column.key) is not None
    }
    row = upsert.insert(session, User).values(least | known)
    # The person may have used the bot since, and have a new row without their former settings.
    await session.execute(
        row.on_conflict_do_update(index_elements=[User.id], set_=known)
        if known
        else row.on_conflict_do_nothing(index_elements=[User.id])
    )
