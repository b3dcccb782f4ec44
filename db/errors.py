"""Errors of a database as a whole, each with one readable line."""

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy import URL
from sqlalchemy.exc import IntegrityError, OperationalError

OVERTAKEN = {
    *("23503", "23505"),
    *("SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"),
}
"""Error codes of PostgreSQL (Appendix A, class 23) and SQLite for a row that already exists, and of
a reference to a missing row. A faster transaction can cause both, so a retry may help."""


class DatabaseUnavailableError(Exception):
    """The database can't be reached, opened or migrated.

    The text is one line for the operator, without the password.

    Args:
        url: The address of the database.
        error: The error of the driver or the operating system.
    """

    def __init__(self, url: URL, error: Exception) -> None:
        super().__init__(f"the database {shown(url)} is not available: {_first_line(error)}")


class DatabaseTooNewError(Exception):
    """A newer version of this code migrated the database, or its revision is damaged.

    Args:
        url: The address of the database.
        revisions: The revisions of the database that this code does not know.
    """

    def __init__(self, url: URL, revisions: set[str]) -> None:
        super().__init__(
            f"the database {shown(url)} is newer than this code, "
            f"which does not know its revision {', '.join(map(repr, sorted(revisions)))}: "
            "run the version that migrated it, or restore a backup"
        )


class DatabaseUnstampedError(Exception):
    """The database has Tally's tables, but its table `alembic_version` holds no revision.

    Args:
        url: The address of the database.
        problem: What is wrong with `alembic_version`.
    """

    def __init__(self, url: URL, problem: str) -> None:
        super().__init__(
            f"the database {shown(url)} has Tally's tables, but {problem}, so it does not tell "
            "their version: restore a backup, or, if this version of Tally ran on it last, run "
            "python -m alembic stamp --purge head"
        )


class DatabaseEmptyError(Exception):
    """There is no database yet, or it has no tables of Tally.

    Args:
        url: The address of the database.
    """

    def __init__(self, url: URL) -> None:
        super().__init__(f"the database {shown(url)} has no totals yet: run the bot once")


@contextmanager
def as_database_errors() -> Iterator[None]:
    """Raise each error that means that the database is away as an SQLAlchemy error.

    SQLAlchemy itself wraps errors of queries only. It lets pass errors of the system when it
    connects, errors of the driver when it sets a connection up, and timeouts.
    """
    try:
        yield
    except (OSError, PostgresError, InterfaceError, InternalClientError) as error:
        raise OperationalError(None, None, error) from error


def is_final(error: IntegrityError) -> bool:
    """Tell whether a retry can't help, because a field is out of its range."""
    codes = (getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return OVERTAKEN.isdisjoint(codes)


def shown(url: URL) -> str:
    """Give an address without its password, for people to read.

    The options are left out as well, because drivers read passwords from them, too.
    """
    return url.set(query={}).render_as_string(hide_password=True)


def _first_line(error: BaseException) -> str:
    # SQLAlchemy's text goes on with the statement, its parameters and a link.
    error = getattr(error, "orig", None) or error
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    reason = str(error).strip()
    return reason.splitlines()[0] if reason else type(error).__name__
