"""What the command line asks of the database; without aiogram, which takes seconds to load."""

from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError

from db.engine import create_engine
from db.errors import DatabaseTooNew, DatabaseUnavailable
from db.export import Format, export
from db.filters import Filter
from db.migrations import upgrade
from db.sessions import Sessions
from db.totals import Totals
from faults import Fault


async def migrate(url: str) -> None:
    """Bring the database up to date.

    Raises:
        Fault: It can't be reached or written, or is newer than this code.
    """
    try:
        await upgrade(url)
    except (DatabaseUnavailable, DatabaseTooNew) as error:
        raise Fault(f"DATABASE_URL: {error}") from error


async def print_totals(url: str, out: TextIO, style: Format, wanted: Filter) -> None:
    """Write saved totals to a text stream.

    Args:
        url: The database.
        out: Takes the text.
        style: How they are written.
        wanted: Which ones.

    Raises:
        Fault: The database can't be reached, or is newer than this code.
        BrokenPipeError: Nobody reads any more.
    """
    await migrate(url)
    engine = create_engine(url)
    try:
        await export(Totals(Sessions(engine)).stream(wanted), out, style)
    except SQLAlchemyError as error:
        raise Fault(f"DATABASE_URL: {DatabaseUnavailable(engine.url, error)}") from error
    finally:
        await engine.dispose()
