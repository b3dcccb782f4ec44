"""Fixtures: a migrated database, opened once or twice. Tests run on SQLite and on PostgreSQL."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.changes import Changes
from db.engine import create_engine
from db.migrations import upgrade
from db.models import Base, Kind
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import Totals
from db.users import Profile, Users
from tests.support import postgres
from tests.support.samples import NOON, all_of, new_total, rows


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address of a PostgreSQL database, with the rows that the test before left in it."""
    with postgres.serving(postgres.required()) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the address of an SQLite database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/tally.db"


@pytest.fixture(
    params=["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.thorough)],
)
def either_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a database, of each kind in turn."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def url(either_url: str) -> str:
    """Give the address of the database; test files about one kind override this."""
    return either_url


@pytest.fixture(scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an SQLite file that is migrated and closed, so that it is complete without its log."""
    file = tmp_path_factory.mktemp("migrated") / "tally.db"
    await upgrade(f"sqlite+aiosqlite:///{file}")
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    return file


@pytest.fixture
async def engine(url: str, migrated: Path) -> AsyncIterator[AsyncEngine]:
    """Give the engine of a database that is migrated and empty."""
    engine = create_engine(url)
    if engine.dialect.name == "postgresql":
        await upgrade(url)
        async with engine.begin() as connection:
            names = ", ".join(Base.metadata.tables)
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    else:
        shutil.copy(migrated, str(engine.url.database))
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return Sessions(engine)


@pytest.fixture
async def other_sessions(engine: AsyncEngine, url: str) -> AsyncIterator[Sessions]:
    """Give sessions over an engine of their own, as another process has."""
    del engine  # it has migrated the database
    other = create_engine(url)
    yield Sessions(other)
    await other.dispose()


@pytest.fixture
def totals(sessions: Sessions) -> Totals:
    return Totals(sessions)


@pytest.fixture
def summaries(sessions: Sessions) -> Summaries:
    return Summaries(sessions)


@pytest.fixture
def changes(sessions: Sessions) -> Changes:
    return Changes(sessions)


@pytest.fixture
def users(sessions: Sessions) -> Users:
    return Users(sessions)


@pytest.fixture
async def before(totals: Totals, users: Users) -> list[dict[str, Any]]:
    """Save three totals of person 7 and one of another person; give all rows."""
    await users.seen(Profile(7, "Ann", "ann", "en"))
    for value, label in enumerate(["tea", None, "coffee"]):
        at = NOON - timedelta(hours=value)
        await totals.add(new_total(label=label, value=value, created_at=at))
    await totals.add(new_total(user_id=8, label="tea", kind=Kind.INLINE, chat_id=None, value=9))
    return rows(await all_of(totals))
