"""Watches the file of an SQLite database, because the next start must find what was committed.

If the file was deleted, moved or replaced since it was opened, SQLite goes on writing to the old
one and reports no error. The same is true of its write-ahead log and of the log's index beside it.
So before Tally says that a write is saved, it compares the files at these paths with those that
were opened.
"""

import os
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from db.address import sqlite_file

BESIDE = ("-wal", "-shm")
"""Suffixes of the write-ahead log and its index. Both exist from the first connection of any
process to the last (https://sqlite.org/walformat.html#file_lifecycles)."""
PIN: int = getattr(os, "O_PATH", os.O_RDONLY)
"""The flag to hold the file open, so that no new file gets its inode. On Linux O_PATH, because
closing any other descriptor would drop all locks that SQLite has on the file (fcntl_locking(2),
https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread)."""

Number = tuple[int, int] | None
"""The device and inode of a file, None if there is no file."""

log = structlog.get_logger(__name__)


class FileLostError(OSError):
    """The file at the path is not the one that this process opened."""


class DatabaseFile:
    """Tells whether an SQLite file, its log and the log's index are still at their paths.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = [path.with_name(f"{path.name}{end}") for end in BESIDE]
        self._pin: int | None = None
        self._opened: dict[int, list[Number]] = {}
        self._lost: Path | None = None

    @classmethod
    def of(cls, engine: AsyncEngine) -> "DatabaseFile | None":
        """Watch the file of an engine from its first connection on; give None if it has no file."""
        path = sqlite_file(engine.url)
        if path is None:
            return None
        file = cls(path)
        listen: Callable[..., object] = event.listen
        for name, call in (
            ("do_connect", file._before_opening),
            ("connect", file._after_opening),
            ("close", file._before_closing),
            ("close_detached", file._before_closing),
            ("engine_disposed", file._let_go),
        ):
            listen(engine.sync_engine, name, call)
        return file

    @property
    def log_can_be_saved(self) -> bool:
        """Whether the log was lost but is still open in this process, and no new log exists."""
        ours = [{None, *numbers} for numbers in zip(*self._opened.values(), strict=True)]
        return self._lost in self._beside and all(
            _number(path) in numbers for path, numbers in zip(self._beside, ours, strict=False)
        )

    def pin(self) -> None:
        """Remember the file that is at the path now, unless one is remembered already."""
        if self._pin is None:
            self._pin = os.open(self._path, PIN | os.O_CLOEXEC)

    def check(self) -> None:
        """Check that the files at the paths are those that were opened.

        It logs a line when they are lost, and another one when they are back.

        Raises:
            FileLostError: A file was deleted, moved or replaced.
        """
        before, self._lost = self._lost, self._find_lost()
        if self._lost and not before:
            log.error(
                "database_file_lost",
                file=str(self._lost),
                hint="nothing is saved until you move it back or restart Tally; "
                "confirmed totals wait in Redis",
            )
        elif before and not self._lost:
            log.warning("database_file_back", file=str(before))
        if self._lost:
            raise FileLostError(f"{self._lost} was deleted, moved or replaced")

    def _find_lost(self) -> Path | None:
        if self._pin is not None and not _is_at(self._path, self._pin):
            return self._path
        now = [_number(path) for path in self._beside]
        for opened in self._opened.values():
            for path, number, before in zip(self._beside, now, opened, strict=True):
                if number != before:
                    return path
        return None

    def _before_opening(self, _dialect: Dialect, *_arguments: object) -> None:
        # A new connection would open a new log, but share the index in memory with connections
        # that have the lost log open.
        self.check()

    def _after_opening(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        self.pin()
        self._opened[id(connection)] = [_number(path) for path in self._beside]

    def _before_closing(self, connection: DBAPIConnection, *_entry: ConnectionPoolEntry) -> None:
        self._opened.pop(id(connection), None)

    def _let_go(self, _engine: object) -> None:
        if self._pin is not None:
            os.close(self._pin)
            self._pin = None


def _number(path: Path) -> Number:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except OSError:
        return False
