"""A migrated database in a file, opened once (and, where asked, once more)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.migrations import upgrade
from db.sessions import Sessions
from db.totals import Totals
from db.users import Users


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/tally.db"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """The database, migrated."""
    await upgrade(url)
    engine = create_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return Sessions(engine)


@pytest.fixture
async def other_sessions(engine: AsyncEngine, url: str) -> AsyncIterator[Sessions]:
    """The database as another process has it open."""
    del engine  # only has to be migrated
    other = create_engine(url)
    yield Sessions(other)
    await other.dispose()


@pytest.fixture
def totals(sessions: Sessions) -> Totals:
    return Totals(sessions)


@pytest.fixture
def users(sessions: Sessions) -> Users:
    return Users(sessions)
