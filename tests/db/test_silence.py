"""A PostgreSQL that does not answer any more, or has closed its connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.errors import DatabaseUnavailableError
from db.migrations import upgrade
from db.sessions import LONG, Sessions
from db.totals import Totals
from tests.support.samples import all_of, new_total
from tests.support.wire import Wire, wire_to

WITHIN = 0.5
"""The time limit of the sessions, in seconds."""
SOON = 10.0
"""Seconds that a session with this limit may take on a busy machine."""


@pytest.fixture
def url(postgres_url: str) -> str:
    """Give a PostgreSQL database, because SQLite has no server."""
    return postgres_url


@pytest.fixture
async def wire(engine: AsyncEngine, url: str) -> AsyncIterator[Wire]:
    """Give a proxy before a database that is migrated and empty."""
    del engine  # it has migrated the database
    async with wire_to(url) as wire:
        yield wire


@pytest.fixture
async def distant(wire: Wire) -> AsyncIterator[Sessions]:
    """Give sessions that reach the database through the proxy."""
    engine = create_engine(wire.url)
    yield Sessions(engine, WITHIN)
    await engine.dispose()


async def test_a_vanished_server_is_not_waited_for(distant: Sessions, wire: Wire) -> None:
    totals = Totals(distant)
    await totals.add(new_total())
    with wire.cut():
        # More writes than connections, so that some wait for a connection.
        async with asyncio.timeout(SOON):
            given = await asyncio.gather(
                *(totals.add(new_total()) for _ in range(20)), return_exceptions=True
            )
        assert {type(error) for error in given} == {OperationalError}
    async with asyncio.timeout(SOON):
        assert await totals.add(new_total())


async def test_a_long_session_gets_more_time(distant: Sessions) -> None:
    async with distant.writing(is_long=True) as session:
        await session.execute(text(f"SELECT pg_sleep({WITHIN * LONG / 2})"))
    with pytest.raises(SQLAlchemyError):
        async with distant.writing() as session:
            await session.execute(text(f"SELECT pg_sleep({WITHIN * LONG / 2})"))


async def test_a_restarted_server_gets_new_connections(distant: Sessions, wire: Wire) -> None:
    drivers = []
    async with distant() as one, distant() as other:
        for session in (one, other):
            connection = await (await session.connection()).get_raw_connection()
            drivers.append(connection.driver_connection)
    wire.hang_up()
    async with asyncio.timeout(SOON):
        while not all(driver and driver.is_closed() for driver in drivers):
            await asyncio.sleep(0.01)
    assert await all_of(Totals(distant)) == []


async def test_a_server_that_can_not_be_reached_is_a_database_error() -> None:
    engine = create_engine("postgresql+asyncpg://tally@127.0.0.1:1/tally")
    with pytest.raises(OperationalError) as caught:
        await Sessions(engine).ask()
    line = str(DatabaseUnavailableError(engine.url, caught.value))
    assert line.endswith("Connect call failed ('127.0.0.1', 1)")


async def test_a_start_does_not_wait_for_a_silent_server(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.address.CONNECT", WITHIN)
    with wire.cut():
        async with asyncio.timeout(SOON):
            with pytest.raises(DatabaseUnavailableError, match="it does not answer"):
                await upgrade(wire.url)
