"""The repository of totals."""

import json
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self, cast

from sqlalchemy import CursorResult, Select, select, update

from db.deletions import bury_if_erased
from db.filters import Filter
from db.models import FormerTotal, Kind, Tombstone, Total, User
from db.pages import Cursor, Page
from db.sessions import Sessions
from db.upsert import insert

# Rows fetched at a time: enough to make the way through the driver's thread
# cheap, few enough to hold.
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTotal:
    """A count that was confirmed; the fields are those of `db.models.Total`."""

    confirmation_id: bytes
    user_id: int
    chat_id: int | None
    kind: Kind
    label: str | None
    value: int
    created_at: datetime

    def to_json(self) -> str:
        """Write it down for a place that is not the database."""
        return json.dumps(
            asdict(self)
            | {
                "confirmation_id": self.confirmation_id.hex(),
                "created_at": self.created_at.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` has written.

        Raises:
            ValueError: It has not.
        """
        fields = json.loads(text)
        fields["confirmation_id"] = bytes.fromhex(fields["confirmation_id"])
        fields["kind"] = Kind(fields["kind"])
        fields["created_at"] = datetime.fromisoformat(fields["created_at"])
        return cls(**fields)


class Totals:
    """Saves totals and finds them again.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, total: NewTotal) -> bool:
        """Save a total, however often this is asked for.

        The person's row is made where it is missing. A total that was saved without a
        label takes one from a repetition that has one, in whichever order they come.

        Returns:
            Whether the total, or its label, is new; False when it was saved before, also
            if it was deleted since, or everything of the person's was.

        Raises:
            sqlalchemy.exc.IntegrityError: A field is out of the range that
                `db.models.Total` allows; asking again won't help.
        """
        async with self._sessions.writing() as session:
            await session.execute(
                insert(session, User)
                .values(id=total.user_id, first_name="", created_at=total.created_at)
                .on_conflict_do_nothing(index_elements=[User.id])
            )
            row, known = insert(session, Total).values(asdict(total)), [Total.confirmation_id]
            added = await session.execute(
                row.on_conflict_do_update(
                    index_elements=known, set_={"label": total.label}, where=Total.label.is_(None)
                )
                if total.label
                else row.on_conflict_do_nothing(index_elements=known)
            )
            # Asked last: where transactions overlap, this sees a deletion that the
            # insert had to wait for.
            if await session.get(Tombstone, total.confirmation_id):
                await session.rollback()
                return False
            if await bury_if_erased(session, total.user_id, total.confirmation_id):
                return False
            # Not RETURNING: Python 3.11 still runs on SQLite older than 3.35.
            return cast("CursorResult[Any]", added).rowcount == 1

    async def get(self, user_id: int, total_id: int) -> Total | None:
        """Give one of a person's totals by its id, None where the person has no such one."""
        query = select(Total).where(Total.id == total_id, Total.user_id == user_id)
        async with self._sessions() as session:
            return await session.scalar(query)

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """Have a chat's totals stand under another id, as its group has become a supergroup.

        Args:
            old_chat_id: The group's id; nothing is saved under it any more.
            new_chat_id: The supergroup's.
        """
        async with self._sessions.writing(is_long=True) as session:
            # Also those that somebody may still bring back.
            for table in (Total, FormerTotal):
                await session.execute(
                    update(table).where(table.chat_id == old_chat_id).values(chat_id=new_chat_id)
                )

    async def page(self, wanted: Filter, *, limit: int, at: Cursor | None = None) -> Page:
        """Show a part of a list; however deep it lies, it takes the same time.

        Args:
            wanted: Which totals; those of one person or one chat are found at once.
            limit: How many at most, 1 or more.
            at: `older` or `newer` of another page, None for the newest totals.
                The newest are shown, too, where fewer than `limit` are left on
                the way to them, or none on the way back in time.
        """
        # One more than shown tells whether the list goes on.
        newest_first = _newest_first(wanted).limit(limit + 1)
        async with self._sessions() as session:
            if at is not None:
                found = (await session.scalars(at.start(newest_first))).all()
                more = len(found) > limit
                if at.direction == "older" and found:
                    return Page.of(found[:limit], older=more, newer=True)
                if at.direction == "newer" and more:
                    return Page.of(found[:limit][::-1], older=True, newer=True)
            found = (await session.scalars(newest_first)).all()
            return Page.of(found[:limit], older=len(found) > limit, newer=False)

    async def stream(self, wanted: Filter) -> AsyncGenerator[Total, None]:
        """Yield totals, newest first, holding few of them in memory.

        Between two batches neither a connection nor a transaction is
        held, so however slowly it is read it is in nobody's way. What is saved
        meanwhile does not show; what is deleted meanwhile may.

        Args:
            wanted: Which ones.
        """
        batch = _newest_first(wanted).limit(_BATCH)
        query = batch
        while True:
            async with self._sessions() as session:
                found = (await session.scalars(query)).all()
            for total in found:
                yield total
            if len(found) < _BATCH:
                return
            query = Cursor.next_to(found[-1], "older").start(batch)


def _newest_first(wanted: Filter) -> Select[Total]:
    return (
        select(Total).where(*wanted.conditions()).order_by(Total.created_at.desc(), Total.id.desc())
    )
