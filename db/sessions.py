"""Database sessions: any number of readers, one writer at a time, each with a time limit."""

import asyncio
from collections.abc import AsyncIterator, Mapping
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
"""The factor by which a session may take longer if it changes any number of rows."""


class Sessions:
    """Makes sessions: a call makes one for reading, `writing` makes one for writing.

    Args:
        engine: The database. A process needs only one such object.
        within: Seconds a session may last on PostgreSQL, None for no limit. Without one, TCP would
            wait a quarter of an hour for a server that has vanished. (SQLite has no limit, because
            a file does not vanish and its thread can't be stopped.)
    """

    def __init__(self, engine: AsyncEngine, within: float | None = None) -> None:
        self._engine = engine
        self._file = DatabaseFile.of(engine)
        self._make = async_sessionmaker(engine, expire_on_commit=False)
        self._within = None if engine.dialect.name == "sqlite" else within
        # SQLite has one writer at a time. A writer that waits inside SQLite polls, each 0.1 s after
        # a while and in no order, and keeps a connection from readers: twenty writes at once took
        # 1.6 s. With this lock they take 0.1 s.
        self._write_lock: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database is away or did not answer in time.
        """
        async with self._session(self._within) as session:
            yield session

    @asynccontextmanager
    async def writing(self, *, is_long: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a session for writing, in a transaction that commits at the end of the block.

        Args:
            is_long: Whether it may change any number of rows, and so may take longer.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database is away or did not answer in time. If that
                happened during the commit, the changes may be saved or not.
        """
        within = self._within * LONG if self._within and is_long else self._within
        async with self._write_lock, self._session(within, WRITES) as session:
            async with session.begin():
                yield session
            await self._require_file()

    @asynccontextmanager
    async def _session(
        self, within: float | None, options: Mapping[str, str] | None = None
    ) -> AsyncIterator[AsyncSession]:
        # One limit for all: to wait for a connection, to make it, each query and the commit.
        with as_database_errors():
            await self._require_file()
            async with asyncio.timeout(within), self._make(execution_options=options) as session:
                yield session

    async def _require_file(self) -> None:
        """Check that an SQLite file is still at its path; see `db.file`.

        Raises:
            FileLostError: It is not, so what was written may be lost.
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
        """Make SQLite copy the lost log, which is still open here, into the database."""
        with suppress(SQLAlchemyError, OSError):
            async with self._engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute_fetchall("PRAGMA wal_checkpoint(FULL)")

    async def ask(self) -> None:
        """Run a small query, to check the database.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database can't be reached or used.
        """
        async with self() as session:
            await session.execute(select(Total.id).limit(1))
