"""Queries as people cause them: random, but the same in each run."""

import random
import secrets
import sqlite3
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.crowd import BUSY_PERSON, START, YEARS
from db.filters import Filter
from db.models import Kind
from db.pages import Cursor
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import NewTotal, Totals

NOW = datetime.fromtimestamp(START, UTC) + YEARS * timedelta(days=365)
YEAR = timedelta(days=365)
PAGE = 10
ANYBODY = 0.5
"""The share of queries of a random person; the others are of the person of a random total."""
ZONE = ZoneInfo("Europe/Berlin")
DIRECTIONS: tuple[Literal["older", "newer"], ...] = ("older", "newer")


class Questions:
    """Queries a database. A call prepares the query, so that only the query is measured.

    Half of the queries are of a random person, half of the person of a random total, because
    people who count more also look more.

    Args:
        engine: The database.
        file: The file of the database, to look people up.
        size: The number of its totals.
    """

    def __init__(self, engine: AsyncEngine, file: Path, size: int) -> None:
        self._engine = engine
        self._totals = Totals(Sessions(engine))
        self._summaries = Summaries(Sessions(engine))
        self._database = sqlite3.connect(file)
        self._size = size
        self._chance = random.Random(1)
        self._people = [row[0] for row in self._database.execute("SELECT id FROM users")]

    async def empty(self) -> None:
        """Run an empty query, to measure what the driver and a busy machine add."""
        async with self._engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    def page(self) -> Awaitable[object]:
        """Give a random page of a person's list."""
        person = self._person()
        return self._totals.page(Filter(user_id=person), limit=PAGE, at=self._place(person))

    def filtered(self) -> Awaitable[object]:
        """Give a random page, filtered by label and kind."""
        person = self._person()
        wanted = Filter(user_id=person, label="tea", kind=Kind.NUMBERS)
        return self._totals.page(wanted, limit=PAGE, at=self._place(person))

    def summary(self) -> Awaitable[object]:
        """Give the overall figures of a person."""
        return self._summaries.summary(Filter(user_id=self._person()), ZONE, now=NOW)

    def year(self) -> Awaitable[object]:
        """Give a random year of a person, by day."""
        since = NOW - YEARS * YEAR + self._chance.random() * (YEARS - 1) * YEAR
        wanted = Filter(user_id=self._person(), since=since, until=since + YEAR)
        return self._summaries.by_day(wanted, ZONE)

    def labels(self) -> Awaitable[object]:
        """Give a person's labels to choose from."""
        wanted = Filter(user_id=self._person())
        return self._summaries.by_label(wanted, limit=PAGE, latest_first=True)

    def group(self) -> Awaitable[object]:
        """Give the overall figures of a group."""
        return self._summaries.summary(Filter(chat_id=self._group()), ZONE, now=NOW)

    def people(self) -> Awaitable[object]:
        """Give the sums of a group by person."""
        return self._summaries.by_user(Filter(chat_id=self._group()), limit=PAGE)

    def busy_page(self) -> Awaitable[object]:
        """Give a random page of the person with the busiest day."""
        wanted = Filter(user_id=BUSY_PERSON)
        return self._totals.page(wanted, limit=PAGE, at=self._place(BUSY_PERSON))

    def busy_summary(self) -> Awaitable[object]:
        """Give the overall figures of that person."""
        return self._summaries.summary(Filter(user_id=BUSY_PERSON), ZONE, now=NOW)

    def busy_year(self) -> Awaitable[object]:
        """Give the year around the busiest day, by day."""
        since = NOW - YEARS * YEAR / 2 - YEAR / 2
        wanted = Filter(user_id=BUSY_PERSON, since=since, until=since + YEAR)
        return self._summaries.by_day(wanted, ZONE)

    def add(self) -> Awaitable[object]:
        """Save a total of a person."""
        person = self._person()
        new = NewTotal(
            confirmation_id=secrets.token_bytes(16),
            user_id=person,
            chat_id=person,
            kind=Kind.NUMBERS,
            label="tea",
            value=1,
            created_at=NOW,
        )
        return self._totals.add(new)

    def _person(self) -> int:
        if self._chance.random() < ANYBODY:
            return int(self._chance.choice(self._people))
        return self._of_any_total("SELECT user_id FROM totals WHERE id >= ? LIMIT 1")

    def _group(self) -> int:
        return self._of_any_total(
            "SELECT chat_id FROM totals WHERE id >= ? AND chat_id < 0 LIMIT 1"
        )

    def _place(self, person: int) -> Cursor | None:
        count = "SELECT count(*) FROM totals WHERE user_id = ?"
        skip = self._chance.randrange(self._database.execute(count, [person]).fetchone()[0] or 1)
        row = "SELECT created_at, id FROM totals WHERE user_id = ? LIMIT 1 OFFSET ?"
        place = self._database.execute(row, [person, skip]).fetchone()
        return place and Cursor(self._chance.choice(DIRECTIONS), *place)

    def _of_any_total(self, query: str) -> int:
        """Give a column of the first total from a random id on, which the query selects."""
        from_ = self._chance.randint(1, self._size * 9 // 10)
        return int(self._database.execute(query, [from_]).fetchone()[0])
