"""Makes the engine, and sets the database up so that no committed total is lost."""

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
"""Seconds an SQLite connection waits for another connection's write."""
PAUSE = 0.02
"""Seconds before the next try to switch a new file to write-ahead logging."""
LASTING = 300
"""Seconds after which a connection to PostgreSQL is replaced. Balancers and firewalls forget idle
connections later than that; they then drop the packets, and the connection hangs."""

WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}
"""Execution options of a connection whose transaction will write.

SQLite then takes the write lock when the transaction begins, and waits for it up to `BUSY_TIMEOUT`.
A transaction that reads first and writes later fails at once ("database is locked") if another one
wrote in between.
"""


def create_engine(
    url: str, *, foreign_keys: bool = True, busy_timeout: int = BUSY_TIMEOUT
) -> AsyncEngine:
    """Make an engine. It connects when it is first used.

    On SQLite each connection uses write-ahead logging, so that readers and the writer don't wait
    for each other. It syncs each commit to the disk, so that a committed total survives a loss of
    power, and it overwrites deleted data with zeros.

    On PostgreSQL a connection that the server has closed is replaced before it is used. The engine
    sets no time limit for answers; `db.sessions.Sessions` does.

    Args:
        url: An SQLAlchemy address with an async driver, such as
            `sqlite+aiosqlite:///data/tally.db`. The folder of the file must exist.
        foreign_keys: Whether SQLite enforces foreign keys; PostgreSQL always does.
        busy_timeout: Seconds an SQLite connection waits for another connection's write.

    Raises:
        sqlalchemy.exc.ArgumentError: The address can't be parsed.
        ValueError: An option of the address is wrong.
    """
    address = make_url(url)
    # Parameters are hidden, because they are names of people and labels.
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
    # The client knows this without a query. The other connections are likely to be closed, too.
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
        # By default the driver begins no transaction before SELECT or DDL. (`autocommit=False`,
        # from Python 3.12 on, does, but not by BEGIN IMMEDIATE.)
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
    """Switch a file to write-ahead logging, and retry while another process does the same.

    In that case SQLite fails at once, whatever its `busy_timeout`.
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
