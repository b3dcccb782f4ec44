"""Checkpoints SQLite's write-ahead log, so that the log keeps no deleted data."""

import asyncio
import sqlite3
from typing import NoReturn, cast

import structlog
from aiosqlite import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

PERIOD = 60 * 60.0
"""Seconds between two checkpoints. SQLite checkpoints by itself, but leaves old bytes in the log
until it overwrites them, which on a quiet bot may never happen."""

log = structlog.get_logger(__name__)


async def run(engine: AsyncEngine) -> NoReturn:
    """Checkpoint each `PERIOD` until cancelled. On PostgreSQL do nothing; it checkpoints itself."""
    while True:
        try:
            await checkpoint(engine)
        except (SQLAlchemyError, sqlite3.Error) as error:
            log.warning("database_not_checkpointed", error=type(error).__name__)
        await asyncio.sleep(PERIOD)


async def checkpoint(engine: AsyncEngine) -> None:
    """Empty the log of an SQLite database, unless a reader still needs an older state.

    Args:
        engine: The database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: It can't be opened.
        sqlite3.Error: It can't be written.
    """
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as connection:
        # By the driver, because SQLAlchemy would begin a transaction first.
        raw = (await connection.get_raw_connection()).driver_connection
        await cast("Connection", raw).execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
