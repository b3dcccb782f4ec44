"""What can be wrong with a database as a whole, said in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import (  # type: ignore[import-untyped]
    InterfaceError,
    InternalClientError,
    PostgresError,
)
from sqlalchemy import URL
from sqlalchemy.exc import IntegrityError, OperationalError

OVERTAKEN = {
    *("23503", "23505"),
    *("SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"),
}
"""What PostgreSQL (Appendix A, class 23) and SQLite call a row that is there already, and one
that refers to none: both can come of a transaction that was faster."""


class DatabaseUnavailable(Exception):  # noqa: N818  (a state of the world, as in "503 Unavailable")
    """The database can't be reached, opened or brought up to date.

    Its text is one line for the person who runs the bot and holds no password.

    Args:
        url: The database.
        error: What its driver, or the operating system, says.
    """

    def __init__(self, url: URL, error: Exception) -> None:
        super().__init__(f"the database {shown(url)} is not available: {_first_line(error)}")


class DatabaseTooNew(Exception):  # noqa: N818  (likewise)
    """The database was migrated by a newer version of this code, or its revision is damaged.

    Args:
        url: The database.
        revisions: Its revisions that this code does not know.
    """

    def __init__(self, url: URL, revisions: set[str]) -> None:
        super().__init__(
            f"the database {shown(url)} is newer than this code, "
            f"which does not know its revision {', '.join(map(repr, sorted(revisions)))}: "
            "run the version that migrated it, or restore a backup"
        )


class DatabaseUnstamped(Exception):  # noqa: N818  (likewise)
    """The database has Tally's tables, but its table `alembic_version` does not tell a revision.

    Args:
        url: The database.
        problem: What is wrong with `alembic_version`.
    """

    def __init__(self, url: URL, problem: str) -> None:
        super().__init__(
            f"the database {shown(url)} has Tally's tables, but {problem}, so it does not tell "
            "their version: restore a backup, or, if this version of Tally ran on it last, run "
            "python -m alembic stamp --purge head"
        )


class DatabaseEmpty(Exception):  # noqa: N818  (likewise)
    """There is no database yet, or nothing of Tally's in it.

    Args:
        url: Where it would be.
    """

    def __init__(self, url: URL) -> None:
        super().__init__(f"the database {shown(url)} has no totals yet: run the bot once")


@contextmanager
def as_database_errors() -> Iterator[None]:
    """Have an SQLAlchemy error come of everything by which a database is away.

    SQLAlchemy does so with what a driver says of a question, but not with what the system
    says of a connection that can't be made, nor the driver while it sets up one, nor with
    an answer that did not come in time.
    """
    try:
        yield
    except (OSError, PostgresError, InterfaceError, InternalClientError) as error:
        raise OperationalError(None, None, error) from error


def is_final(error: IntegrityError) -> bool:
    """Tell whether a row will never be taken, as a field is out of its range."""
    codes = (getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return OVERTAKEN.isdisjoint(codes)


def shown(url: URL) -> str:
    """A database's address as people may see it.

    The password is masked, and the query is left out, since drivers take
    passwords there too.
    """
    return url.set(query={}).render_as_string(hide_password=True)


def _first_line(error: BaseException) -> str:
    # SQLAlchemy's own text goes on with the statement, its parameters and a link.
    error = getattr(error, "orig", None) or error
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    reason = str(error).strip()
    return reason.splitlines()[0] if reason else type(error).__name__
