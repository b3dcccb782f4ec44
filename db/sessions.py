"""Sessions of a database: many that read, one at a time that writes, none without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db.engine import WRITES
from db.errors import as_database_errors
from db.file import DatabaseFile, FileLostError
from db.models import Total

LONG = 6
"""How many times as long a session may last that changes any number of rows."""


class Sessions:
    """Makes sessions: called, one that reads; by `writing`, one that writes.

    Args:
        engine: The database. One object serves all of a process.
        within: Seconds that a session may last on PostgreSQL, None for any time. A machine
            that has vanished says nothing, and TCP would wait for it for a quarter of an hour.
            (An SQLite file does not vanish, and its thread can't be stopped.)
    """

    def __init__(self, engine: AsyncEngine, within: float | None = None) -> None:
        self._engine = engine
        self._file = DatabaseFile.of(engine)
        self._make = async_sessionmaker(engine, expire_on_commit=False)
        self._within = None if engine.dialect.name == "sqlite" else within
        # SQLite has one writer at a time. Who waits for it in the database polls,
        # every 0.1 s after a while, in no order, and keeps a connection from
        # readers: twenty writes at once took 1.6 s, here they take 0.1 s.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        """A session to read by.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database is away, or did not answer in time.
        """
        async with self._session(self._within) as session:
            yield session

    @asynccontextmanager
    async def writing(self, *, is_long: bool = False) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that may write; it commits when the block ends well.

        Args:
            is_long: Whether it may change any number of rows, which takes its time.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: As above. A commit that was under way then may
                come to pass or not.
        """
        within = self._within * LONG if self._within and is_long else self._within
        async with self._turn, self._session(within, execution_options=WRITES) as session:
            async with session.begin():
                yield session
            await self._require_file()

    @asynccontextmanager
    async def _session(self, within: float | None, **options: Any) -> AsyncIterator[AsyncSession]:  # noqa: ANN401 - of a session
        # All in one: waiting for a connection, making it, each question and the commit.
        with as_database_errors():
            await self._require_file()
            async with asyncio.timeout(within), self._make(**options) as session:
                yield session

    async def _require_file(self) -> None:
        """Make sure that an SQLite file is where it was opened; see `db.file`.

        Raises:
            FileLostError: It isn't, so what was written may be lost.
        """
        if self._file is None:
            return
        try:
            self._file.check()
        except FileLostError:
            if self._file.log_can_be_saved:
                await self._save_log()
            raise

    async def _save_log(self) -> None:
        """Have SQLite copy into the database what only the log holds, which is still open here."""
        with suppress(SQLAlchemyError, OSError):
            async with self._engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute_fetchall("PRAGMA wal_checkpoint(FULL)")

    async def ask(self) -> None:
        """Ask the database for something that is always there.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: It can't be used or reached.
        """
        async with self() as session:
            await session.execute(select(Total.id).limit(1))
