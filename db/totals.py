"""The repository of totals."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple, Self, cast

from sqlalchemy import CursorResult, Select, func, select, tuple_

from db.models import Kind, Total, User
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


class Cursor(NamedTuple):
    """What a page shows: the totals next to a place in the list.

    It names a row, not a number of rows to skip, so totals that are saved
    meanwhile shift nothing. `list(cursor)` is plain JSON, `Cursor(*stored)`
    the way back.

    Attributes:
        direction: On which side of the place.
        created_at: The time of the total at the place, seconds since 1970.
        id: Its id.
    """

    direction: Literal["older", "newer"]
    created_at: int
    id: int

    @classmethod
    def next_to(cls, total: Total, direction: Literal["older", "newer"]) -> Self:
        """The cursor of the totals that are older, or newer, than this one."""
        return cls(direction, int(total.created_at.timestamp()), total.id)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a person's totals.

    Attributes:
        totals: Newest first.
        older: What to ask for next on the way back in time, None on the last page.
        newer: What to ask for next on the way to the present, None on the first page.
    """

    totals: Sequence[Total]
    older: Cursor | None
    newer: Cursor | None

    @classmethod
    def of(cls, totals: Sequence[Total], *, older: bool, newer: bool) -> Self:
        """A page of these totals, and whether there are older and newer ones."""
        return cls(
            totals,
            Cursor.next_to(totals[-1], "older") if older else None,
            Cursor.next_to(totals[0], "newer") if newer else None,
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """All of a person's totals in two numbers."""

    count: int
    sum: int


class Totals:
    """Saves totals and finds them again.

    Every method raises `sqlalchemy.exc.DBAPIError` while the database is away.

    Args:
        sessions: The database's, shared by its repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, total: NewTotal) -> bool:
        """Save a total, however often this is asked for.

        The person's row is made where it is missing.

        Returns:
            Whether the total is new; False when it was saved before.

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
            added = await session.execute(
                insert(session, Total)
                .values(asdict(total))
                .on_conflict_do_nothing(index_elements=[Total.confirmation_id])
            )
            # Not RETURNING: Python 3.11 still runs on SQLite older than 3.35.
            return cast("CursorResult[Any]", added).rowcount == 1

    async def page(self, user_id: int, *, limit: int, at: Cursor | None = None) -> Page:
        """Show a part of a person's totals.

        Args:
            user_id: Whose totals.
            limit: How many at most, 1 or more.
            at: `older` or `newer` of another page, None for the newest totals.
                The newest are shown, too, where fewer than `limit` are left on
                the way to them, or none on the way back in time.
        """
        newest_first = (
            select(Total)
            .where(Total.user_id == user_id)
            .order_by(Total.created_at.desc(), Total.id.desc())
            .limit(limit + 1)  # one more than shown tells whether the list goes on
        )
        async with self._sessions() as session:
            if at is not None:
                found = (await session.scalars(_starting(newest_first, at))).all()
                more = len(found) > limit
                if at.direction == "older" and found:
                    return Page.of(found[:limit], older=more, newer=True)
                if at.direction == "newer" and more:
                    return Page.of(found[:limit][::-1], older=True, newer=True)
            found = (await session.scalars(newest_first)).all()
            return Page.of(found[:limit], older=len(found) > limit, newer=False)

    async def summary(self, user_id: int) -> Summary:
        """Count a person's totals and add them up."""
        query = select(func.count(), func.coalesce(func.sum(Total.value), 0)).where(
            Total.user_id == user_id
        )
        async with self._sessions() as session:
            count, total = (await session.execute(query)).one()
            return Summary(count, total)

    async def stream(
        self,
        *,
        user_id: int | None = None,
        chat_id: int | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> AsyncGenerator[Total, None]:
        """Yield totals, the one saved last first, holding few of them in memory.

        What is saved while it runs does not show. Close it (`contextlib.aclosing`)
        unless it is read to its end: it holds a connection.

        Args:
            user_id: Only this person's, None for everybody's.
            chat_id: Only this chat's, None for all.
            since: The first day in UTC, None for the beginning.
            until: The last day in UTC, its end included, None for now.
        """
        wanted = {Total.user_id: user_id, Total.chat_id: chat_id}
        # By id, not by time: the order of saving needs no sorting, which for
        # everybody's totals would come before the first row.
        query = (
            select(Total)
            .where(*(column == id_ for column, id_ in wanted.items() if id_ is not None))
            .order_by(Total.id.desc())
            .execution_options(yield_per=_BATCH)
        )
        if since is not None:
            query = query.where(Total.created_at >= datetime.combine(since, time.min, UTC))
        if until is not None:
            query = query.where(Total.created_at <= datetime.combine(until, time.max, UTC))
        async with self._sessions() as session:
            batches = (await session.stream_scalars(query)).partitions()
            async for batch in batches:  # row by row, each would pay for a switch of greenlets
                for total in batch:
                    yield total


def _starting(newest_first: Select[Total], at: Cursor) -> Select[Total]:
    row = tuple_(Total.created_at, Total.id)
    place = (datetime.fromtimestamp(at.created_at, UTC), at.id)
    if at.direction == "older":
        return newest_first.where(row < place)
    nearest_first = newest_first.order_by(None).order_by(Total.created_at, Total.id)
    return nearest_first.where(row > place)
