"""Sums of totals: overall, by day, by label, by person and by chat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.days import DAY, day_of, from_number, number_of_day, start_of
from db.filters import Filter
from db.models import Total, User
from db.sessions import Sessions

_COUNT = func.count().label("count")
_SUM = func.coalesce(func.sum(Total.value), 0).label("sum")
_LAST = func.max(Total.created_at).label("last")
# The number of days to search for a streak first; it doubles each time that the streak goes on.
_STREAK = 32


@dataclass(frozen=True, slots=True)
class Amount:
    """The number of totals and their sum."""

    count: int
    sum: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The overall figures of totals.

    Attributes:
        count: The number of totals.
        sum: Their sum.
        smallest: The smallest value, None if there are no totals.
        largest: The largest value, None if there are no totals.
        today: The totals of today.
        week: The totals since Monday.
        streak: The number of days in a row with totals, up to today, or up to yesterday if there
            are none today yet.
    """

    count: int
    sum: int
    smallest: int | None
    largest: int | None
    today: Amount
    week: Amount
    streak: int

    @property
    def mean(self) -> float | None:
        """The mean value, None if there are no totals."""
        return self.sum / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Day:
    """The totals of a local day."""

    day: date
    count: int
    sum: int


@dataclass(frozen=True, slots=True)
class Label:
    """The totals with a label, or without one (None); `last` is the time of the newest."""

    label: str | None
    count: int
    sum: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """The totals of a chat, or of inline mode (None); `last` is the time of the newest."""

    chat_id: int | None
    count: int
    sum: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """The totals of a person, with the name that is known; `last` is the time of the newest."""

    user_id: int
    first_name: str
    username: str | None
    count: int
    sum: int
    last: datetime


class Summaries:
    """Adds totals up.

    Each method raises `sqlalchemy.exc.SQLAlchemyError` while the database is away.

    Args:
        sessions: The sessions of the database, shared by all repositories.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def summary(self, wanted: Filter, zone: tzinfo = UTC, *, now: datetime) -> Summary:
        """Give the overall figures of totals.

        Args:
            wanted: Selects the totals.
            zone: The time zone of today.
            now: The time, in any time zone. Later totals count, but not for the streak.
        """
        today = day_of(now, zone)
        monday = today - timedelta(days=today.weekday())
        periods = [_within(first, today, zone) for first in (today, monday)]
        all_of_them = select(_COUNT, _SUM, func.min(Total.value), func.max(Total.value))
        parts = (all_of_them, *(select(_COUNT, _SUM).where(period) for period in periods))
        # One statement, in which each part reads only the range of the index that it needs.
        every, day, week = (part.where(*wanted.conditions()).subquery() for part in parts)
        query = select(every, day, week).select_from(every.join(day, true()).join(week, true()))
        async with self._sessions() as session:
            row: Row[*tuple[Any, ...]] = (await session.execute(query)).one()
            count, total, smallest, largest, of_day, day_sum, of_week, week_sum = row
            return Summary(
                count=count,
                sum=total,
                smallest=smallest,
                largest=largest,
                today=Amount(of_day, day_sum),
                week=Amount(of_week, week_sum),
                streak=await _streak(session, wanted, today, zone),
            )

    async def by_day(self, wanted: Filter, zone: tzinfo = UTC) -> Sequence[Day]:
        """Add totals up by local days, the first day first.

        Args:
            wanted: Selects the totals.
            zone: The time zone of the days.

        Returns:
            The days with totals, in order; days without any are missing.
        """
        # Two subqueries, because each of them reads one end of an index only.
        start, end = (
            select(extreme(Total.created_at)).where(*wanted.conditions()).scalar_subquery()
            for extreme in (func.min, func.max)
        )
        async with self._sessions() as session:
            oldest, newest = (await session.execute(select(start, end))).one()
            if oldest is None:
                return []
            first, last = day_of(oldest, zone), day_of(newest, zone)
            number = number_of_day(first, last, zone).label("number")
            rows = await session.execute(
                select(number, _COUNT, _SUM)
                .where(*wanted.conditions(), _within(first, last, zone))
                .group_by(number)
                .order_by(number)
            )
            return [Day(from_number(number), *amount) for number, *amount in rows]

    async def by_label(
        self, wanted: Filter, *, limit: int | None = None, latest_first: bool = False
    ) -> Sequence[Label]:
        """Add totals up by label.

        Args:
            wanted: Selects the totals.
            limit: The maximum number of labels, None for all.
            latest_first: Whether the label used last comes first, and not the one with the most
                totals.
        """
        query = _by(Total.label, wanted, limit, latest_first=latest_first)
        async with self._sessions() as session:
            return [Label(*row) for row in await session.execute(query)]

    async def by_chat(
        self, wanted: Filter, *, limit: int | None = None, latest_first: bool = False
    ) -> Sequence[Chat]:
        """Add totals up by chat; the arguments are those of `by_label`."""
        query = _by(Total.chat_id, wanted, limit, latest_first=latest_first)
        async with self._sessions() as session:
            return [Chat(*row) for row in await session.execute(query)]

    async def by_user(self, wanted: Filter, *, limit: int | None = None) -> Sequence[Person]:
        """Add totals up by person, the person with the most totals first.

        Args:
            wanted: Selects the totals, such as those of a group.
            limit: The maximum number of people, None for all.
        """
        counted = _by(Total.user_id, wanted, limit, latest_first=False).subquery()
        query = (
            select(User.id, User.first_name, User.username, *list(counted.c)[1:])
            .join_from(counted, User, User.id == counted.c.user_id)
            .order_by(counted.c.count.desc(), counted.c.last.desc(), User.id)
        )
        async with self._sessions() as session:
            return [Person(*row) for row in await session.execute(query)]


def _by(
    column: InstrumentedAttribute[Any], wanted: Filter, limit: int | None, *, latest_first: bool
) -> Select[Any, int, int, datetime]:
    order: list[ColumnElement[Any]] = [_COUNT.desc(), _LAST.desc()]
    if latest_first:
        order.reverse()
    return (
        select(column, _COUNT, _SUM, _LAST)
        .where(*wanted.conditions())
        .group_by(column)
        .order_by(*order, column)
        .limit(limit)
    )


def _within(first: date, last: date, zone: tzinfo) -> ColumnElement[bool]:
    return and_(
        Total.created_at >= start_of(first, zone), Total.created_at < start_of(last + DAY, zone)
    )


async def _streak(session: AsyncSession, wanted: Filter, today: date, zone: tzinfo) -> int:
    """Count the days in a row, going back in growing steps until there is a gap."""
    streak, last, length = 0, today, _STREAK
    while True:
        first = last - length * DAY
        number = number_of_day(first, last, zone)
        rows = await session.scalars(
            select(number).distinct().where(*wanted.conditions(), _within(first, last, zone))
        )
        days = {from_number(each) for each in rows}
        if not streak and today not in days:
            today -= DAY  # the first total of today may still come
        while today - streak * DAY in days:
            streak += 1
        if today - streak * DAY >= first:
            return streak
        last, length = first - DAY, 2 * length
