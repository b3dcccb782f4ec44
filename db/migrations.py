"""Migrates a database by Alembic, in this process."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, func, inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.address import sqlite_file
from db.engine import WRITES, create_engine
from db.errors import (
    DatabaseEmptyError,
    DatabaseTooNewError,
    DatabaseUnavailableError,
    DatabaseUnstampedError,
    as_database_errors,
)

_LOCK = 0x7A117
"""The number of the lock that each migration takes; it can be any. The transaction holds the lock,
not the connection, because a pooler may lend the connection to another client."""
ANSWER = 10.0
"""Seconds PostgreSQL may take to tell its revision."""
SCRIPTS = Path(__file__).parent.parent / "alembic"


async def upgrade(url: str) -> None:
    """Migrate a database to the newest revision. If it does not exist, make it and its folder.

    A database that has this revision is only read, so this also works while a bot runs. A migration
    happens as a whole or not at all. If several processes start at once, one migrates and the
    others wait.

    Args:
        url: The address, as in `db.engine.create_engine`.

    Raises:
        DatabaseUnavailableError: It can't be reached, opened or written, or the driver is missing
            or broken.
        DatabaseTooNewError: A newer version of this code has migrated it.
        DatabaseUnstampedError: It has Tally's tables, but holds no revision.
        sqlalchemy.exc.ArgumentError: The address can't be parsed.
    """
    address = make_url(url)
    try:
        if await _revisions(url, make=True) != set(_scripts().get_heads()):
            async with migrating(url) as connection:
                await connection.run_sync(to_revision, "head")
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise DatabaseUnavailableError(address, error) from error


async def check(url: str) -> None:
    """Check that there is a database to read, without changing it.

    It may have an older revision, because the columns of totals are the same; so this also works
    while an older bot runs.

    Args:
        url: The address, as in `db.engine.create_engine`.

    Raises:
        DatabaseEmptyError: There is no database yet.
        DatabaseUnavailableError: As in `upgrade`.
        DatabaseTooNewError: As in `upgrade`.
        DatabaseUnstampedError: As in `upgrade`.
    """
    address = make_url(url)
    try:
        if file := sqlite_file(address):
            _read_first(file)
        if not await _revisions(url, make=False):
            raise DatabaseEmptyError(address)
    except FileNotFoundError as error:
        raise DatabaseEmptyError(address) from error
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise DatabaseUnavailableError(address, error) from error


@asynccontextmanager
async def migrating(url: str) -> AsyncIterator[AsyncConnection]:
    """Open a connection for migrations, in one transaction that commits at the end of the block.

    SQLite does not enforce foreign keys meanwhile. To change a table there means to make a new one
    and drop the old one, which would delete the rows that refer to it.

    Args:
        url: The address of the database.
    """
    async with _engine(url) as engine, engine.execution_options(**WRITES).begin() as connection:
        if engine.dialect.name == "postgresql":
            # A transaction of SQLite locks others out by itself; PostgreSQL needs a lock for that.
            await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def to_revision(connection: Connection, revision: str) -> None:
    """Migrate over a connection of `migrating`.

    Args:
        connection: The connection.
        revision: The revision to migrate to, such as `head`.
    """
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def configuration() -> Config:
    """Give Alembic's configuration, independent of the current folder."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


@asynccontextmanager
async def _engine(url: str, *, make: bool = True) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url, foreign_keys=False)
    if make:
        _make_file(engine.url)
    try:
        with as_database_errors():
            yield engine
    finally:
        await engine.dispose()


def _make_file(url: URL) -> None:
    if file := sqlite_file(url):
        file.parent.mkdir(parents=True, exist_ok=True)
        # Opened and read here first, because the system's errors say more than SQLite's, and
        # because aiosqlite leaves a thread behind when it fails, which prints a traceback if the
        # event loop ends too soon. Only the owner may read the file.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        _read_first(file)


def _read_first(file: Path) -> None:
    """Read a byte of a file.

    Raises:
        OSError: It can't be read.
    """
    with file.open("rb") as opened:
        opened.read(1)


async def _revisions(url: str, *, make: bool) -> set[str]:
    """Give the revisions of a database, an empty set if it is empty."""
    async with _engine(url, make=make) as engine:
        within = ANSWER if engine.dialect.name == "postgresql" else None
        try:
            async with asyncio.timeout(within), engine.connect() as connection:
                current = await connection.run_sync(_stamp)
                if not current and await connection.run_sync(_has_totals):
                    # Read again, because another process may just have made both tables.
                    current = await connection.run_sync(_stamp)
                    if not current:
                        raise DatabaseUnstampedError(
                            engine.url, "alembic_version is missing or empty"
                        )
        except OSError:
            raise  # an error of a certificate is an OSError and a ValueError
        except ValueError:
            # asyncpg quotes what it could not read, which may be a password.
            problem = "the password file or a variable PG... can't be read"
            raise DatabaseUnavailableError(engine.url, ValueError(problem)) from None
    if len(current) > 1:
        raise DatabaseUnstampedError(engine.url, "alembic_version has several rows")
    if unknown := current - known_revisions():
        raise DatabaseTooNewError(engine.url, unknown)
    return current


def known_revisions() -> set[str]:
    """Give all revisions that this code knows."""
    return {script.revision for script in _scripts().walk_revisions()}


def _stamp(connection: Connection) -> set[str]:
    """Give the revisions in `alembic_version`, an empty set if it is missing or empty."""
    heads = MigrationContext.configure(connection).get_current_heads()
    return {head for head in heads if head}


def _has_totals(connection: Connection) -> bool:
    """Tell whether there is a `totals` table of Tally, and not one of another program."""
    look = inspect(connection)
    columns = look.get_columns("totals") if look.has_table("totals") else []
    return "confirmation_id" in {column["name"] for column in columns}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())
