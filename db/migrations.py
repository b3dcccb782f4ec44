"""Brings a database up to date, by Alembic, in this process."""

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
    DatabaseEmpty,
    DatabaseTooNew,
    DatabaseUnavailable,
    DatabaseUnstamped,
    as_database_errors,
)

_LOCK = 0x7A117
"""Any number, but the same for all who migrate. It is held by the transaction, not by the
connection, which a pooler in between may give to somebody else."""
ANSWER = 10.0
"""Seconds that PostgreSQL may take to tell how far it has been migrated."""
SCRIPTS = Path(__file__).parent.parent / "alembic"


async def upgrade(url: str) -> None:
    """Bring a database up to date, making it, and its folder, where there is none.

    A database that is up to date is only read, so that this passes beside a
    running bot. An upgrade happens as a whole or not at all; of several processes
    that start at once one does it while the others wait.

    Args:
        url: The database, as in `db.engine.create_engine`.

    Raises:
        DatabaseUnavailable: It can't be reached, opened or written, or the driver
            is missing or of no use here.
        DatabaseTooNew: A newer version of this code has migrated it.
        DatabaseUnstamped: It has Tally's tables and does not tell of which version.
        sqlalchemy.exc.ArgumentError: The address can't be understood.
    """
    address = make_url(url)
    try:
        if await _revisions(url, make=True) != set(_scripts().get_heads()):
            async with migrating(url) as connection:
                await connection.run_sync(to_revision, "head")
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise DatabaseUnavailable(address, error) from error


async def check(url: str) -> None:
    """Make sure that there is a database to read, and change nothing about it.

    One that an older version of this code has made will do, as its totals have the
    same columns; so this passes beside an older bot that runs.

    Args:
        url: The database, as in `db.engine.create_engine`.

    Raises:
        DatabaseEmpty: There is none yet.
        DatabaseUnavailable: As in `upgrade`, and
        DatabaseTooNew: likewise, and
        DatabaseUnstamped: likewise.
    """
    address = make_url(url)
    try:
        if file := sqlite_file(address):
            _read_first(file)
        if not await _revisions(url, make=False):
            raise DatabaseEmpty(address)
    except FileNotFoundError as error:
        raise DatabaseEmpty(address) from error
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise DatabaseUnavailable(address, error) from error


@asynccontextmanager
async def migrating(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to migrate over, in one transaction, committed when the block ends well.

    Foreign keys rest in SQLite meanwhile: to change a table there is to make it
    anew and drop the old one, which would take the rows that point at it along.

    Args:
        url: The database.
    """
    async with _engine(url) as engine, engine.execution_options(**WRITES).begin() as connection:
        if engine.dialect.name == "postgresql":
            # SQLite's transaction locks out other ones; PostgreSQL's has to be told to.
            await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def to_revision(connection: Connection, revision: str) -> None:
    """Upgrade over a connection of `migrating`.

    Args:
        connection: The connection.
        revision: How far, such as `head`.
    """
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def configuration() -> Config:
    """Alembic's configuration for use in this process, wherever it was started."""
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
        # Opened and read here first, since the system says better than SQLite what is wrong
        # with it, and since aiosqlite, failing, leaves a thread that a loop which ends too
        # soon makes print a traceback. Nobody else on the machine reads who counts what.
        _read_first(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def _read_first(file: Path | int) -> None:
    """Read a byte of a file.

    Args:
        file: Its path, or its descriptor, which is closed.

    Raises:
        OSError: It can't be read.
    """
    with open(file, "rb") as opened:  # noqa: PTH123 - or a descriptor
        opened.read(1)


async def _revisions(url: str, *, make: bool) -> set[str]:
    """What a database has been migrated to, nothing for one that is empty."""
    async with _engine(url, make=make) as engine:
        within = ANSWER if engine.dialect.name == "postgresql" else None
        try:
            async with asyncio.timeout(within), engine.connect() as connection:
                current = await connection.run_sync(_stamp)
                if not current and await connection.run_sync(_has_totals):
                    # Looked up again, because another process may just have made both.
                    current = await connection.run_sync(_stamp)
                    if not current:
                        raise DatabaseUnstamped(engine.url, "alembic_version is missing or empty")
        except OSError:
            raise  # some are both, as that of a certificate
        except ValueError:
            # Of asyncpg, which quotes what it could not read: a password, say.
            problem = "the password file or a variable PG... can't be read"
            raise DatabaseUnavailable(engine.url, ValueError(problem)) from None
    if len(current) > 1:
        raise DatabaseUnstamped(engine.url, "alembic_version has several rows")
    if unknown := current - known_revisions():
        raise DatabaseTooNew(engine.url, unknown)
    return current


def known_revisions() -> set[str]:
    """Give the revisions that this code knows, the oldest and all later ones."""
    return {script.revision for script in _scripts().walk_revisions()}


def _stamp(connection: Connection) -> set[str]:
    """What `alembic_version` says, nothing if it is missing or says nothing."""
    heads = MigrationContext.configure(connection).get_current_heads()
    return {head for head in heads if head}


def _has_totals(connection: Connection) -> bool:
    """Tell whether Tally's table is there; another program's may have the same name."""
    look = inspect(connection)
    columns = look.get_columns("totals") if look.has_table("totals") else []
    return "confirmation_id" in {column["name"] for column in columns}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())
