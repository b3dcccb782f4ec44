"""Alembic's script: runs migrations over a connection of `db.migrations` or one of its own."""

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection

from app.settings import read_settings
from db.migrations import migrating
from db.models import Base
from ops.errors import OperatorError


def database_url() -> str:
    """Give the address of the database: `-x url=...`, else that of the bot's settings."""
    if url := context.get_x_argument(as_dictionary=True).get("url"):
        return str(url)
    try:
        return read_settings().database
    except OperatorError as fault:
        raise CommandError(str(fault)) from fault


def run(connection: Connection) -> None:
    """Run the migrations in the transaction of a connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


async def run_from_command_line() -> None:
    """Run the migrations over a connection of this process."""
    async with migrating(database_url()) as connection:
        await connection.run_sync(run)


def print_sql() -> None:
    """Print the migrations as SQL (`--sql`), for a database that someone else administers."""
    context.configure(url=database_url(), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
elif "connection" in context.config.attributes:
    run(context.config.attributes["connection"])
else:
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    asyncio.run(run_from_command_line())
