"""The repository of what people do to their saved totals: delete, rename, undo."""

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
"""How long a person may take a change back."""
KEPT = timedelta(minutes=10)
"""How long a database keeps what undo would need, should it have been away meanwhile."""

UNSEEN = {"synchronize_session": False}
"""How rows are changed that no object of the session stands for, of which there may be many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """What a person asks for.

    Attributes:
        action: What to do.
        change_id: 16 random bytes, drawn by the window that offers it; for undo those
            of what is taken back.
        user_id: Who asks. Only totals of one's own are touched.
        made_at: When the person did, which for undo decides whether it was in time.
        total_id: What to delete.
        label: What to rename, "" for totals that have no label.
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
        """Write it down for a place that is not the database, such as the outbox."""
        return json.dumps(
            asdict(self) | {"change_id": self.change_id.hex(), "made_at": self.made_at.isoformat()}
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` has written.

        Raises:
            ValueError: It has not.
        """
        fields = json.loads(text)
        fields["action"] = Action(fields["action"])
        fields["change_id"] = bytes.fromhex(fields["change_id"])
        fields["made_at"] = datetime.fromisoformat(fields["made_at"])
        return cls(**fields)


class Changes:
    """Changes saved totals once, however often a change arrives, and takes it back.

    A deleted total leaves its table at once, so that whoever reads that reads what
    counts; a copy waits for undo, and a tombstone for good, so that a repeated
    confirmation of it comes to nothing.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def make(self, change: NewChange) -> int:
        """Do what a person asks for.

        It may come twice, and undo before what it takes back: the outcome is the same.

        Args:
            change: What to do. DELETE takes one total, RENAME gives all totals of a label
                another one, ERASE takes all of a person's totals and the person's row
                (but for its id, where payments or the like need it), UNDO brings back
                exactly what there was, ids and times included.

        Returns:
            How many totals were deleted, renamed or brought back: 0 where there was
            nothing to do, where it was done before, and where it was too late for undo.

        Raises:
            sqlalchemy.exc.IntegrityError: A label is too long; asking again won't help.
        """
        async with self._sessions.writing(is_long=change.action != Action.DELETE) as session:
            # Nobody changes or adds a total of the same person meanwhile; SQLite has one writer.
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
        """Delete for good what nobody can bring back any more; to be called now and then.

        What remains of a change are its id and times, which tell nothing of a person.

        Args:
            now: The time, of any time zone.
        """
        over = (Change.made_at < now - KEPT, Change.user_id.is_not(None))
        async with self._sessions() as session:
            if not await session.scalar(select(exists().where(*over))):
                return  # as nearly always: nothing to lock, nothing to sync to the disk
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
    # Undo may come first, where the database was away; then the change itself will find
    # this note and leave all as it is.
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
    # In the meantime the person may have been seen again, without what was set before.
    await session.execute(
        row.on_conflict_do_update(index_elements=[User.id], set_=known)
        if known
        else row.on_conflict_do_nothing(index_elements=[User.id])
    )
