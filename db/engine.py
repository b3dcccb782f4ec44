"""The engine, and how a database has to be set up for a total never to get lost."""

import asyncio
import sqlite3
import time

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.util import await_only

from db.address import asyncpg_arguments, without_options

BUSY_TIMEOUT = 15
"""Seconds that a SQLite connection waits for another one's write to end."""
PAUSE = 0.02
"""Seconds before a new file is asked again to be written ahead."""
LASTING = 300
"""Seconds after which a connection to PostgreSQL is made anew. Shorter than what balancers
and firewalls remember one for that nobody uses; then they drop what it says, and it hangs."""

WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}
"""Execution options of a connection whose transaction is going to write.

SQLite then takes the write lock at its beginning and waits for it as long as
`BUSY_TIMEOUT`. A transaction that reads first and writes later would be
refused at once ("database is locked") where another one wrote in between.
"""


def create_engine(
    url: str, *, foreign_keys: bool = True, busy_timeout: int = BUSY_TIMEOUT
) -> AsyncEngine:
    """Make an engine; nothing is opened before it is used.

    On SQLite every connection writes ahead (WAL), so that readers and the
    writer don't wait for each other, and syncs each commit to the disk, so
    that a committed total survives a loss of power. What is deleted is
    overwritten with zeros.

    On PostgreSQL a connection that the server has ended is made anew before it is used.
    How long an answer may take is for who asks to say; see `db.sessions.Sessions`.

    Args:
        url: An SQLAlchemy address with an async driver, such as
            `sqlite+aiosqlite:///data/tally.db`. The file's folder has to exist.
        foreign_keys: Whether SQLite enforces foreign keys; PostgreSQL always does.
        busy_timeout: Seconds that an SQLite connection waits for another one's write.

    Raises:
        sqlalchemy.exc.ArgumentError: The address can't be understood.
        ValueError: It has options that can't.
    """
    address = make_url(url)
    # Parameters are people's names and labels: they have no place in an error's text.
    if address.get_backend_name() == "postgresql":
        engine = create_async_engine(
            without_options(address),
            connect_args=asyncpg_arguments(address),
            pool_recycle=LASTING,
            hide_parameters=True,
        )
        event.listen(engine.sync_engine, "checkout", _require_open)
        return engine
    engine = create_async_engine(address, hide_parameters=True)
    _set_up_sqlite(engine, foreign_keys=foreign_keys, busy_timeout=busy_timeout)
    return engine


def _require_open(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    # It is known without asking the server; what was opened before is likely to be closed, too.
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("the server has hung up")


def _set_up_sqlite(engine: AsyncEngine, *, foreign_keys: bool, busy_timeout: int) -> None:
    pragmas = (
        f"busy_timeout = {busy_timeout * 1000}",
        "synchronous = FULL",
        "secure_delete = ON",
        f"foreign_keys = {int(foreign_keys)}",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions by rules of its own: not before
        # SELECT, not before DDL. (`autocommit=False` mends that from Python 3.12
        # on, but knows no BEGIN IMMEDIATE.)
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor, busy_timeout)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _write_ahead(cursor: DBAPICursor, within: float) -> None:
    """Have a file written ahead, which several processes may want at once when it is new.

    SQLite does not wait then, whatever its `busy_timeout`.
    """
    end = time.monotonic() + within
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            await_only(asyncio.sleep(PAUSE))
        else:
            return
