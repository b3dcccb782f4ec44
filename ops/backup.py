"""Backs up what Tally keeps itself, also while the bot runs, and restores it."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from db.address import sqlite_file
from db.migrations import known_revisions
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey, ValkeyStartError
from ops.backup_archive import DATABASE, DIALOGS, DamagedError, pack, unpack
from ops.deployment import Deployment
from ops.errors import OperatorError
from ops.folder_lock import FolderInUseError, hold, hold_folders

LOCK = "backup.lock"
"""The file in the data folder that a backup or a restore locks, also while a bot runs there."""
PATIENCE = 600.0
"""Seconds a dump of Valkey may take."""
MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\n"
"""The manifest that lets Valkey load a dump as the base of its append-only file (see its manual on
persistence)."""
MAGIC = (b"REDIS", b"VALKEY")
"""The first bytes of a dump of Redis or Valkey."""
NO_SOCKET = "Failed opening Unix socket"
"""What Valkey logs if it can't use TMPDIR, mostly because the path is too long."""
BESIDE = ("-wal", "-shm", "-journal")
"""Suffixes of the files that belong to an SQLite file."""

FAILURES = (OSError, sqlite3.Error, RedisError, ValkeyStartError, DamagedError)
"""Errors that mean that a backup can't be written or read."""


class Restored(NamedTuple):
    """The result of a restore.

    Attributes:
        aside: The folder with the data from before, None if there was none.
        is_checked: Whether the backup had checksums.
    """

    aside: Path | None
    is_checked: bool


def back_up(settings: Deployment, archive: Path) -> None:
    """Write the open dialogs and the totals into one file.

    Valkey is copied first. What was confirmed by then is in its outbox or already in the
    database, which is copied later, so no total is lost between the two. If a total is in both,
    its confirmation id makes it one.

    Args:
        settings: The settings, which tell where the data is.
        archive: The file to write. It must not exist. Only its owner may read it.

    Raises:
        OperatorError: The backup failed.
    """
    database = _own_parts(settings)
    if archive.exists():
        raise OperatorError(f"{archive} already exists")
    if not database.exists():
        raise OperatorError(f"there is nothing to back up: no {database}")
    try:
        with (
            _one_at_a_time(settings.data_dir),
            tempfile.TemporaryDirectory(dir=archive.absolute().parent) as folder,
        ):
            parts = Path(folder)
            asyncio.run(_dump(settings, parts / DIALOGS))
            _copy(database, parts / DATABASE)
            _check_database(parts / DATABASE, str(database))
            pack(parts, parts / "archive")
            os.link(parts / "archive", archive)  # so that it never shows half written
    except FAILURES as error:
        raise OperatorError(f"{archive} could not be written: {_line(error)}") from error


def restore(settings: Deployment, archive: Path, *, replace: bool = False) -> Restored:
    """Restore a backup. If that fails, nothing changes.

    Args:
        settings: The settings, which tell where the data goes.
        archive: A file that `back_up` wrote.
        replace: Whether to move existing data aside first. Without it, there must be none.

    Raises:
        OperatorError: The restore failed.
    """
    database = _own_parts(settings)
    valkey = settings.data_dir / "valkey"
    with _one_at_a_time(settings.data_dir), hold_folders(settings, alone=True):
        beside = [database.with_name(f"{database.name}{end}") for end in BESIDE]
        here = [path for path in (database, *beside, valkey) if os.path.lexists(path)]
        if here and not replace:
            raise OperatorError(f"{here[0]} already exists; --replace moves it aside first")
        try:
            with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
                parts = Path(folder)
                is_checked = unpack(archive, parts)
                _check_database(parts / DATABASE, f"its {DATABASE}")
                asyncio.run(_check_dialogs(parts))
                asyncio.run(_end_left_behind(valkey))
                database.parent.mkdir(parents=True, exist_ok=True)
                new = [(parts / "valkey", valkey), (parts / DATABASE, database)]
                aside = put_in_place(settings.data_dir, here, new)
        except FAILURES as error:
            raise OperatorError(f"{archive} could not be restored: {_line(error)}") from error
    return Restored(aside, is_checked)


def _one_at_a_time(folder: Path) -> AbstractContextManager[None]:
    says = f"another backup or restore of {folder} is running; try again when it has ended"
    return hold(folder / LOCK, "DATA_DIR: the folder", says)


def _own_parts(settings: Deployment) -> Path:
    """Give the file of the database.

    Raises:
        OperatorError: Redis or the database is not Tally's own.
    """
    if settings.redis_url:
        raise OperatorError(
            "REDIS_URL: back up a Redis of your own by its own means; see docs/operations.md"
        )
    database = sqlite_file(settings.database)
    if database is None:
        raise OperatorError(
            "DATABASE_URL: back this database up by pg_dump or the like; see docs/operations.md"
        )
    return database


@asynccontextmanager
async def connected(settings: Deployment) -> AsyncIterator[Redis]:
    """Connect to the running bot's Valkey; if no bot runs, start a Valkey for this block.

    In that case the folders stay locked meanwhile, because a bot that starts would adopt this
    Valkey, and lose it when the block ends.
    """
    valkey = EmbeddedValkey(settings.data_dir / "valkey")
    with ExitStack() as locked:
        try:
            locked.enter_context(hold_folders(settings))
        except FolderInUseError:
            await valkey.join()
            async with Redis.from_url(valkey.url) as redis:
                yield redis
            return
        async with _started(valkey) as redis:
            yield redis


@asynccontextmanager
async def _started(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    await valkey.start()
    try:
        async with Redis.from_url(valkey.url) as redis:
            yield redis
    finally:
        await valkey.stop()


async def _dump(settings: Deployment, file: Path) -> None:
    folder = settings.data_dir / "valkey"
    async with connected(settings) as redis, asyncio.timeout(PATIENCE):
        while True:
            try:
                await redis.bgsave()
                break
            except ResponseError:  # another dump is running, which may have begun too early
                await asyncio.sleep(0.1)
        while True:
            state = await redis.info("persistence")
            if not state["rdb_bgsave_in_progress"]:
                break
            await asyncio.sleep(0.05)
        if state["rdb_last_bgsave_status"] != "ok":
            raise OperatorError(f"Valkey could not write its dump; see {folder / 'valkey.log'}")
        shutil.copyfile(folder / "dump.rdb", file)
        (folder / "dump.rdb").unlink()


def _copy(database: Path, file: Path) -> None:
    # In one go, so that the copy is of one moment and writers don't wait for it.
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # so that the file is complete by itself


def _check_database(file: Path, name: str) -> None:
    """Check that a file is an undamaged database of Tally that this code can use."""
    try:
        with closing(sqlite3.connect(file)) as database:
            (result,) = database.execute("PRAGMA quick_check").fetchone()
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            revisions = (
                {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
                if {"alembic_version", "totals", "users"} <= tables
                else set()
            )
    except sqlite3.DatabaseError as error:
        raise DamagedError(f"{name} is damaged, or no database: {error}") from error
    if result != "ok":
        raise DamagedError(f"{name} is damaged: {result}")
    if not revisions:
        raise DamagedError(f"{name} is not a database of Tally")
    if unknown := revisions - known_revisions():
        raise DamagedError(
            f"{name} is of a newer version than this code, which does not know its revision "
            f"{', '.join(sorted(unknown))}"
        )


async def _check_dialogs(parts: Path) -> None:
    """Check that Valkey can load the dump, and make its data folder of it."""
    with (parts / DIALOGS).open("rb") as dump:
        if not dump.read(9).startswith(MAGIC):  # Valkey would read it as commands, or as empty
            raise DamagedError(f"its {DIALOGS} is not a dump of Valkey")
    files = parts / "valkey" / "appendonlydir"
    for folder in (files.parent, files):
        folder.mkdir(mode=0o700)
    (parts / DIALOGS).rename(files / "appendonly.aof.1.base.rdb")
    (files / "appendonly.aof.manifest").write_text(MANIFEST)
    try:
        async with _started(EmbeddedValkey(files.parent)) as redis:
            await redis.ping()
    except ValkeyStartError as error:
        # Valkey's log tells if TMPDIR is the cause, and is deleted with this folder.
        file = files.parent / "valkey.log"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        if socket := [line for line in lines if NO_SOCKET in line]:
            raise ValkeyStartError(f"TMPDIR: {socket[0].rpartition(' # ')[2]}") from error
        raise DamagedError(f"its {DIALOGS} can't be read by Valkey") from error


async def _end_left_behind(folder: Path) -> None:
    """End a Valkey that a killed bot left running, because it would go on with its old data."""
    valkey = EmbeddedValkey(folder)
    if valkey.is_running():
        async with _started(valkey) as redis:
            await redis.ping()


def put_in_place(
    folder: Path, here: Sequence[Path], new: Sequence[tuple[Path, Path]]
) -> Path | None:
    """Replace existing files and folders by new ones. If a move fails, undo all moves.

    Args:
        folder: Gets a new folder for the existing files.
        here: The existing files and folders.
        new: The new ones, and where each goes.

    Returns:
        The folder with the existing files, None if there were none.

    Raises:
        OSError: A move failed.
    """
    aside = None
    if here:
        prefix = f"replaced-{datetime.now(UTC):%Y%m%d-}"
        aside = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    moves = [*((path, aside / path.name) for path in here if aside), *new]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            done.append((source, target))
            shutil.move(source, target)
    except OSError:
        for source, target in reversed(done):
            _take_back(source, target)
        if aside:
            with suppress(OSError):
                aside.rmdir()
        raise
    return aside


def _take_back(source: Path, target: Path) -> None:
    """Undo a move, also one between two file systems that failed halfway."""
    if not source.exists():
        shutil.move(target, source)
    elif target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
