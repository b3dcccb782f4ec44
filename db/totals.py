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

# The number of rows to fetch at a time: enough to make the switch to the driver's thread cheap, and
# few enough to hold in memory.
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTotal:
    """A total to save; the fields are those of `db.models.Total`."""

    confirmation_id: bytes
    user_id: int
    chat_id: int | None
    kind: Kind
    label: str | None
    value: int
    created_at: datetime

    def to_json(self) -> str:
        """Write it as JSON, for the outbox."""
        return json.dumps(
            asdict(self)
            | {
                "confirmation_id": self.confirmation_id.hex(),
                "created_at": self.created_at.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ValueError: The text is something else.
        """
        fields = json.loads(text)
        fields["confirmation_id"] = bytes.fromhex(fields["confirmation_id"])
        fields["kind"] = Kind(fields["kind"])
        fields["created_at"] = datetime.fromisoformat(fields["created_at"])
        return cls(**fields)


class Totals:
    """Saves totals and finds them again.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, total: NewTotal) -> bool:
        """Save a total. A repetition changes nothing.

        If the person has no row, one is made. If a total comes twice, with and without a label, it
        gets the label, in whatever order they come.

        Returns:
            Whether the total or its label is new. False if it was saved before, even if it was
            deleted since, or all of the person's data was.

        Raises:
            sqlalchemy.exc.IntegrityError: A field is out of the range that
                `db.models.Total` allows; a retry won't help.
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
            # Checked last: if transactions overlap, this sees a deletion that the insert had to
            # wait for.
            if await session.get(Tombstone, total.confirmation_id):
                await session.rollback()
                return False
            if await bury_if_erased(session, total.user_id, total.confirmation_id):
                return False
            # Not RETURNING: Python 3.11 still runs on SQLite older than 3.35.
            return cast("CursorResult[Any]", added).rowcount == 1

    async def get(self, user_id: int, total_id: int) -> Total | None:
        """Give one of a person's totals by its id, None if the person has none with this id."""
        query = select(Total).where(Total.id == total_id, Total.user_id == user_id)
        async with self._sessions() as session:
            return await session.scalar(query)

    async def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """Move the totals of a group to the supergroup that it became.

        Args:
            old_chat_id: The id of the group. No more totals may be saved with it.
            new_chat_id: The id of the supergroup.
        """
        async with self._sessions.writing(is_long=True) as session:
            # Also deleted totals that undo may restore.
            for table in (Total, FormerTotal):
                await session.execute(
                    update(table).where(table.chat_id == old_chat_id).values(chat_id=new_chat_id)
                )

    async def page(self, wanted: Filter, *, limit: int, at: Cursor | None = None) -> Page:
        """Give one page of a list. Each page takes the same time, however far back it lies.

        Args:
            wanted: Selects the totals. For one person or one chat an index is used.
            limit: The maximum number of totals, 1 or more.
            at: `older` or `newer` of another page, None for the newest totals. If the page would
                reach the newest totals, or no older totals are left, the newest are given.
        """
        # One more than the page, to see whether there is a next one.
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
        """Yield totals, newest first, with only one batch in memory.

        Between two batches it holds neither a connection nor a transaction, so a slow reader
        blocks nothing. Totals saved meanwhile are missing; totals deleted meanwhile may be there.

        Args:
            wanted: Selects the totals.
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
