"""Sessions of a database: many that read, one at a time that writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db.engine import WRITES
from db.models import Total


class Sessions(async_sessionmaker[AsyncSession]):
    """Makes sessions: called, one that reads; by `writing`, one that writes.

    Args:
        engine: The database. One object serves all of a process.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, expire_on_commit=False)
        # SQLite has one writer at a time. Who waits for it in the database polls,
        # every 0.1 s after a while, in no order, and keeps a connection from
        # readers: twenty writes at once took 1.6 s, here they take 0.1 s.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that may write; it commits when the block ends well."""
        async with self._turn, self(execution_options=WRITES) as session, session.begin():
            yield session

    async def ask(self) -> None:
        """Ask the database for something that is always there.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: It can't be used, or
            OSError: reached.
        """
        async with self() as session:
            await session.execute(select(Total.id).limit(1))
