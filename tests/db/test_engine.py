"""The set-up of SQLite, and what readers and writers can rely on."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from db.engine import create_engine
from db.sessions import Sessions
from db.totals import Totals
from tests.support.samples import NOON, all_of, new_total


@pytest.fixture
def url(sqlite_url: str) -> str:
    """Give an SQLite database, because these tests are about SQLite alone."""
    return sqlite_url


async def pragma(connection: AsyncConnection, name: str) -> str | int:
    value: str | int = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
    return value


async def test_every_connection_is_durable_patient_and_strict(engine: AsyncEngine) -> None:
    async with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert await pragma(connection, "journal_mode") == "wal"
            assert await pragma(connection, "synchronous") == 2  # FULL
            assert await pragma(connection, "busy_timeout") == 15_000
            assert await pragma(connection, "foreign_keys") == 1


async def test_a_total_needs_its_person(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await connection.execute(
                text(
                    "INSERT INTO totals (confirmation_id, user_id, kind, value, created_at)"
                    " VALUES (zeroblob(16), 1, 'custom', 0, 0)"
                )
            )


async def test_a_reader_does_not_wait_for_a_writer(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    totals = Totals(other_sessions)
    async with sessions.writing() as session:
        await session.execute(
            text("INSERT INTO users (id, first_name, created_at) VALUES (1, '', 0)")
        )
        async with asyncio.timeout(10):
            assert await all_of(totals, user_id=1) == []


async def test_a_writer_does_not_wait_for_a_reader(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    async with sessions() as reader:
        assert await reader.scalar(text("SELECT count(*) FROM totals")) == 0
        async with asyncio.timeout(10):
            await Totals(other_sessions).add(new_total())
        # The reader's transaction still sees the database as it was at its first query.
        assert await reader.scalar(text("SELECT count(*) FROM totals")) == 0


async def test_reading_first_and_writing_later_is_safe_between_processes(
    sessions: Sessions, other_sessions: Sessions
) -> None:
    await Totals(sessions).add(new_total(value=0))

    async def increment(process: Sessions) -> None:
        async with process.writing() as session:
            value = await session.scalar(text("SELECT value FROM totals"))
            await session.execute(text("UPDATE totals SET value = :new"), {"new": value + 1})

    await asyncio.gather(*(increment(process) for process in [sessions, other_sessions] * 10))

    assert [total.value for total in await all_of(Totals(sessions))] == [20]


async def test_a_waiting_writer_holds_no_connection_and_can_be_cancelled(
    sessions: Sessions, engine: AsyncEngine
) -> None:
    totals = Totals(sessions)
    async with sessions.writing() as session:
        await session.execute(text("SELECT 1"))
        waiting = [asyncio.create_task(totals.add(new_total())) for _ in range(30)]
        await asyncio.sleep(0)
        assert isinstance(engine.pool, QueuePool)
        assert engine.pool.checkedout() == 1
        for write in waiting[:15]:
            write.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert len(await all_of(totals)) == 15


async def test_sql_functions_read_the_times(totals: Totals, engine: AsyncEngine) -> None:
    await totals.add(new_total(created_at=NOON))
    async with engine.connect() as connection:
        shown = await connection.scalar(
            text("SELECT datetime(created_at, 'unixepoch') FROM totals")
        )
    assert shown == "2026-05-04 12:00:00"


async def test_the_engine_waits_while_another_process_sets_up_a_new_file(
    url: str, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "tally.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        engine = create_engine(url)
        opening = asyncio.create_task(engine.connect().start())
        await asyncio.wait({opening}, timeout=0.5)
        assert not opening.done()
        other.execute("COMMIT")
    connection = await opening
    assert await pragma(connection, "journal_mode") == "wal"
    await connection.close()
    await engine.dispose()
