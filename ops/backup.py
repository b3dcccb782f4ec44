"""Backs everything up that Tally keeps itself, while the bot runs, and brings it back."""

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
"""The file in the data folder that a backup or a restore locks, also beside a bot that runs."""
PATIENCE = 600.0
"""Seconds that a dump of Valkey may take."""
MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\n"
"""What has Valkey begin its append-only file with a dump; see its manual on persistence."""
MAGIC = (b"REDIS", b"VALKEY")
"""How a dump of Valkey begins, or of Redis."""
NO_SOCKET = "Failed opening Unix socket"
"""What Valkey logs if TMPDIR is of no use, mostly because its name is too long."""
BESIDE = ("-wal", "-shm", "-journal")
"""How the names of files end that belong to an SQLite file."""

FAILURES = (OSError, sqlite3.Error, RedisError, ValkeyStartError, DamagedError)
"""How it shows that a backup can't be written or read."""


class Restored(NamedTuple):
    """What a restore has done.

    Attributes:
        aside: The folder to which was moved what was there, None for nothing.
        is_checked: Whether the backup had checksums.
    """

    aside: Path | None
    is_checked: bool


def back_up(settings: Deployment, archive: Path) -> None:
    """Write the open dialogs and the totals into one file.

    Valkey comes first: what was confirmed until then is in its outbox, or has left
    that for the database, which is read later. So the two lose nothing between them;
    what is in both is recognised by its confirmation.

    Args:
        settings: Where everything is.
        archive: The file, which must not be there yet. Only its owner may read it.

    Raises:
        Fault: It can't be done.
    """
    database = _own_parts(settings)
    if archive.exists():
        raise OperatorError(f"{archive} is there already")
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
            os.link(parts / "archive", archive)  # whole, or not at all
    except FAILURES as error:
        raise OperatorError(f"{archive} could not be written: {_line(error)}") from error


def restore(settings: Deployment, archive: Path, *, replace: bool = False) -> Restored:
    """Bring back what `back_up` has written.

    Args:
        settings: Where everything has to be.
        archive: The file.
        replace: Set what is there now aside; otherwise there must be nothing.

    Raises:
        Fault: It can't be done, and all is as it was.
    """
    database = _own_parts(settings)
    valkey = settings.data_dir / "valkey"
    with _one_at_a_time(settings.data_dir), hold_folders(settings, alone=True):
        beside = [database.with_name(f"{database.name}{end}") for end in BESIDE]
        here = [path for path in (database, *beside, valkey) if os.path.lexists(path)]
        if here and not replace:
            raise OperatorError(f"{here[0]} is there already; --replace sets it aside")
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
    says = f"another backup or restore of {folder} is under way; try again when it has ended"
    return hold(folder / LOCK, "DATA_DIR: the folder", says)


def _own_parts(settings: Deployment) -> Path:
    """The file of the database, where both parts are Tally's own."""
    if settings.redis_url:
        raise OperatorError(
            "REDIS_URL: Redis of one's own is backed up by its own means; see docs/operations.md"
        )
    database = sqlite_file(settings.database)
    if database is None:
        raise OperatorError(
            "DATABASE_URL: is backed up by pg_dump or the like; see docs/operations.md"
        )
    return database


@asynccontextmanager
async def connected(settings: Deployment) -> AsyncIterator[Redis]:
    """A connection to the running bot's Valkey, or to one that runs for this alone.

    Without a bot the folders stay locked meanwhile: one that starts would adopt this Valkey, and
    lose it when this ends.
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
            except ResponseError:  # one is on its way that may have begun too early
                await asyncio.sleep(0.1)
        while (state := await redis.info("persistence"))["rdb_bgsave_in_progress"]:  # noqa: ASYNC110 - can only be asked
            await asyncio.sleep(0.05)
        if state["rdb_last_bgsave_status"] != "ok":
            raise OperatorError(f"Valkey could not write its dump; see {folder / 'valkey.log'}")
        shutil.copyfile(folder / "dump.rdb", file)
        (folder / "dump.rdb").unlink()


def _copy(database: Path, file: Path) -> None:
    # In one go, so that it is of one moment, and nobody who writes waits for it.
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # a file alone


def _check_database(file: Path, name: str) -> None:
    """Make sure that a file is a whole database of Tally's, which this code can use."""
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
        raise DamagedError(f"{name} is no database of Tally")
    if unknown := revisions - known_revisions():
        raise DamagedError(
            f"{name} is of a newer version than this code, which does not know its revision "
            f"{', '.join(sorted(unknown))}"
        )


async def _check_dialogs(parts: Path) -> None:
    """Make sure that Valkey can read the dump, and leave it as its folder."""
    with (parts / DIALOGS).open("rb") as dump:
        if not dump.read(9).startswith(MAGIC):  # Valkey would take it for commands, or for nothing
            raise DamagedError(f"its {DIALOGS} is no dump of Valkey")
    files = parts / "valkey" / "appendonlydir"
    for folder in (files.parent, files):
        folder.mkdir(mode=0o700)
    (parts / DIALOGS).rename(files / "appendonly.aof.1.base.rdb")
    (files / "appendonly.aof.manifest").write_text(MANIFEST)
    try:
        async with _started(EmbeddedValkey(files.parent)) as redis:
            await redis.ping()
    except ValkeyStartError as error:
        # Its log, which names a fault of TMPDIR, is gone with the folder before anybody could look.
        file = files.parent / "valkey.log"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        if socket := [line for line in lines if NO_SOCKET in line]:
            raise ValkeyStartError(f"TMPDIR: {socket[0].rpartition(' # ')[2]}") from error
        raise DamagedError(f"its {DIALOGS} can't be read by Valkey") from error


async def _end_left_behind(folder: Path) -> None:
    """End a Valkey that a killed bot has left running, which would go on with what it holds."""
    valkey = EmbeddedValkey(folder)
    if valkey.is_running():
        async with _started(valkey) as redis:
            await redis.ping()


def put_in_place(
    folder: Path, here: Sequence[Path], new: Sequence[tuple[Path, Path]]
) -> Path | None:
    """Put something new in the place of what is here, or leave all as it is.

    Args:
        folder: Where a folder is made for what is here.
        here: What is here.
        new: What comes, and where to.

    Returns:
        The folder, None if nothing was here.

    Raises:
        OSError: Something can't be moved.
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
    """Undo a move, also one that has failed halfway, as between two file systems."""
    if not source.exists():
        shutil.move(target, source)
    elif target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
