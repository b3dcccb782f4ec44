"""Database queries of the command line. It does not load aiogram, which takes seconds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from db.errors import (
    DatabaseEmptyError,
    DatabaseTooNewError,
    DatabaseUnavailableError,
    DatabaseUnstampedError,
)
from db.export import Format, export, export_sums
from db.filters import Filter
from db.migrations import check, upgrade
from db.sessions import Sessions
from db.summaries import Chat, Day, Label, Person, Summaries
from db.totals import Totals
from ops.errors import OperatorError


class By(StrEnum):
    """The columns by which totals can be added up."""

    DAY = "day"
    LABEL = "label"
    USER = "user"
    CHAT = "chat"


async def migrate(url: str) -> None:
    """Bring the database up to date.

    Raises:
        OperatorError: It can't be reached or written, is newer than this code, or holds no
            revision.
    """
    try:
        await upgrade(url)
    except (DatabaseUnavailableError, DatabaseTooNewError, DatabaseUnstampedError) as error:
        raise OperatorError(f"DATABASE_URL: {error}") from error


@dataclass(frozen=True, slots=True)
class Query:
    """What to write of the totals.

    Attributes:
        wanted: Selects the totals.
        by: The column to add them up by, None to write each total.
        zone: The time zone of the days.
    """

    wanted: Filter
    by: By | None = None
    zone: tzinfo = UTC


async def print_totals(url: str, query: Query, out: TextIO, style: Format) -> None:
    """Write saved totals, or their sums, to a text stream.

    Args:
        url: The address of the database. It is only read, and may be older than this code.
        query: What to write.
        out: Gets the text.
        style: The output format.

    Raises:
        OperatorError: The database can't be reached or read, is newer than this code, or holds no
            revision.
        BrokenPipeError: The reader has ended.
    """
    async with _reading(url) as engine:
        summaries, wanted = Summaries(Sessions(engine)), query.wanted
        match query.by:
            case None:
                await export(Totals(Sessions(engine)).stream(wanted), out, style)
            case By.DAY:
                await export_sums(Day, await summaries.by_day(wanted, query.zone), out, style)
            case By.LABEL:
                await export_sums(Label, await summaries.by_label(wanted), out, style)
            case By.USER:
                await export_sums(Person, await summaries.by_user(wanted), out, style)
            case By.CHAT:
                await export_sums(Chat, await summaries.by_chat(wanted), out, style)


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[AsyncEngine]:
    try:
        await check(url)
    except (
        DatabaseUnavailableError,
        DatabaseTooNewError,
        DatabaseUnstampedError,
        DatabaseEmptyError,
    ) as error:
        raise OperatorError(f"DATABASE_URL: {error}") from error
    engine = create_engine(url)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise OperatorError(
            f"DATABASE_URL: {DatabaseUnavailableError(engine.url, error)}"
        ) from error
    finally:
        await engine.dispose()
