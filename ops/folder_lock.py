"""Locks each folder where Tally keeps data, before anything there is touched.

The lock is flock(2) on a file in the folder. The system releases it when the process ends, however
that happens. No child inherits it, because Python opens files close-on-exec: a Valkey or a worker
that outlives a killed bot doesn't keep the next one out.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from db.address import sqlite_file
from ops.deployment import Deployment
from ops.errors import OperatorError

LOCK = "tally.lock"
"""The name of the file to lock in a folder."""
NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
"""Errors of flock(2) on file systems that can't lock: network file systems without a lock service,
and some of FUSE."""


class FolderInUseError(OperatorError):
    """Another process of Tally holds the lock of the folder."""


@contextmanager
def hold_folders(settings: Deployment, *, alone: bool = False) -> Iterator[None]:
    """Lock the folders where a bot with these settings keeps data.

    The embedded Valkey and the playground belong to one process. Bots that have Redis elsewhere
    may share an SQLite database, so they share the lock of its folder. If Redis, the database
    and Telegram are all elsewhere, nothing is locked or made.

    Args:
        settings: The settings.
        alone: Whether to lock out bots that share a database, too, because files are replaced.

    Raises:
        FolderInUseError: Another process holds a lock.
        OperatorError: A folder can't be made or written to, or its file system can't lock.
    """
    data, database = Path(os.path.realpath(settings.data_dir)), sqlite_file(settings.database)
    folders: dict[Path, tuple[str, bool]] = {}
    if settings.redis_url is None or settings.bot_token is None:
        folders[data] = "DATA_DIR: the folder", True
    if database:
        folder = Path(os.path.realpath(database.parent))
        name = "DATA_DIR: the folder" if folder == data else "DATABASE_URL: the database folder"
        folders.setdefault(folder, (name, alone))
    with ExitStack() as locks:
        for folder, (name, is_alone) in folders.items():
            in_use = (
                f"{name} {folder} is in use by another Tally (a bot, a backup or a restore); "
                "end that first, or choose another folder"
            )
            locks.enter_context(hold(folder / LOCK, name, in_use, alone=is_alone))
        yield


@contextmanager
def hold(path: Path, name: str, in_use: str, *, alone: bool = True) -> Iterator[None]:
    """Make the folder of a file and lock the file; fail with one readable line.

    Args:
        path: The file.
        name: What the error calls its folder.
        in_use: The text of the error if another process holds the lock.
        alone: See `lock`.

    Raises:
        FolderInUseError: Another process holds the lock.
        OperatorError: The folder can't be made or written to, or its file system can't lock.
    """
    with ExitStack() as locks:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            locks.enter_context(lock(path, alone=alone))
        except BlockingIOError:
            raise FolderInUseError(in_use) from None
        except OSError as error:
            raise OperatorError(f"{name} {path.parent} {_reason(error)}") from error
        yield


@contextmanager
def lock(path: Path, *, alone: bool = True) -> Iterator[None]:
    """Make a file and lock it until the block ends.

    Args:
        path: The file.
        alone: True for an exclusive lock, False for one that processes share.

    Raises:
        BlockingIOError: Another process holds the lock.
        OSError: The file can't be made or locked.
    """
    file = _locked(path, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        with suppress(OSError):
            if alone and _is_at(path, file):
                path.unlink()
        os.close(file)


def _locked(path: Path, kind: int) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            # The last holder may have removed the file since it was opened here.
            if _is_at(path, file):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _reason(error: OSError) -> str:
    if error.errno in NO_LOCKS:
        return (
            f"is on a file system that can't lock files ({error.strerror}), so nothing there is "
            "safe from a second Tally; put it on a disk of this machine"
        )
    return f"can't be used: {error.strerror}"
