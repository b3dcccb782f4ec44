"""Reads and changes the data in a bot's database."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from db.engine import create_engine
from db.models import Kind
from db.sessions import Sessions
from db.totals import NewTotal, Totals
from telegram_playground import Person
from tests.support.nursery import START

DAY = 24 * 60 * 60


class KeptTotals:
    """A bot's SQLite database.

    Attributes:
        data: The data folder.
    """

    data: Path

    def totals(self, person: Person) -> list[dict[str, Any]]:
        """Read a person's totals in the database, newest first."""
        return self._rows("totals", person)

    def known(self, user_id: int) -> str | None:
        """Read a person's first name in the database, None if the person is not in it."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            query = "SELECT first_name FROM users WHERE id = ?"
            row = database.execute(query, [user_id]).fetchone()
        return row and str(row[0])

    def _rows(self, table: str, person: Person) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            database.row_factory = sqlite3.Row
            query = f"SELECT * FROM {table} WHERE user_id = ? ORDER BY id DESC"  # noqa: S608 - ours
            return [dict(row) for row in database.execute(query, [person.id])]

    async def until_totals(self, person: Person, count: int) -> list[dict[str, Any]]:
        """Wait until a person has at least `count` totals; give them, newest first.

        If the disk is busy, the message may tell of a total before the database has the row.
        """
        async with asyncio.timeout(START):
            while len(found := self.totals(person)) < count:
                await asyncio.sleep(0.02)
        return found

    async def until_saved(
        self, person: Person, condition: Callable[[list[dict[str, Any]]], bool]
    ) -> None:
        """Wait until a condition holds for a person's totals, newest first."""
        async with asyncio.timeout(START):
            while not condition(self.totals(person)):
                await asyncio.sleep(0.02)

    async def until_payments(self, person: Person, count: int) -> list[dict[str, Any]]:
        """Wait until a person has at least `count` payments; give them, newest first."""
        async with asyncio.timeout(START):
            while len(found := self._rows("payments", person)) < count:
                await asyncio.sleep(0.02)
        return found

    def payments(self, person: Person) -> list[dict[str, Any]]:
        """Read a person's payments in the database, newest first."""
        return self._rows("payments", person)

    def change(self, statement: str, *values: int) -> None:
        """Run a statement that changes the database."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database, database:
            database.execute(statement, values)

    async def add_totals(
        self,
        person: Person,
        values: Iterable[int],
        **fields: Any,
    ) -> None:
        """Save totals of a person, one for each minute from the beginning of 2026.

        Args:
            person: The person.
            values: The values of the totals.
            **fields: Other fields of `NewTotal`. `created_at` is that of the first total.
        """
        begin = fields.pop("created_at", datetime(2026, 1, 1, tzinfo=UTC))
        await self.keep(
            replace(
                NewTotal(
                    confirmation_id=secrets.token_bytes(16),
                    user_id=person.id,
                    chat_id=person.id,
                    kind=Kind.NUMBERS,
                    label="label",
                    value=value,
                    created_at=begin + timedelta(minutes=minute),
                ),
                **fields,
            )
            for minute, value in enumerate(values)
        )

    async def keep(self, totals: Iterable[NewTotal]) -> None:
        """Save totals."""
        engine = create_engine(f"sqlite+aiosqlite:///{self.data / 'tally.db'}")
        repository = Totals(Sessions(engine))
        for total in totals:
            await repository.add(total)
        await engine.dispose()

    async def add_many(self, person: Person, count: int) -> None:
        """Save `count` totals of 1 for a person, at times of today."""
        await self.add_totals(person, [1])  # adds the person to the database, too
        midnight = int(datetime.now(UTC).timestamp()) // DAY * DAY
        with closing(sqlite3.connect(self.data / "tally.db")) as database, database:
            database.execute(
                "UPDATE totals SET created_at = ? WHERE user_id = ?", [midnight, person.id]
            )
            database.execute(
                "INSERT INTO totals"
                " (confirmation_id, user_id, chat_id, kind, label, value, created_at)"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " SELECT randomblob(16), ?, ?, 'numbers', 'tea', 1, ? + i % ? FROM n",
                [count - 1, person.id, person.id, midnight, DAY],
            )

    @asynccontextmanager
    async def locked_database(self) -> AsyncIterator[None]:
        """Lock the database during the block, so that nothing else can write to it."""
        with closing(sqlite3.connect(self.data / "tally.db", isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            yield
            database.execute("ROLLBACK")

    @asynccontextmanager
    async def moved_away(self, name: str) -> AsyncIterator[None]:
        """Rename a table of the database during the block, so that queries fail."""
        with closing(sqlite3.connect(self.data / "tally.db")) as database:
            database.execute(f"ALTER TABLE {name} RENAME TO away")
            yield
            database.execute(f"ALTER TABLE away RENAME TO {name}")
