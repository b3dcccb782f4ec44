"""Backs everything up that Tally keeps itself, while the bot runs, and brings it back."""

import asyncio
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.engine import make_url

from config import Settings
from faults import Fault
from fsm.valkey import EmbeddedValkey, ValkeyStartError

DATABASE, DIALOGS, ABOUT = "tally.db", "valkey.rdb", "about.json"
"""What an archive holds: SQLite's file, a dump of Valkey, and what made it."""
FORMAT = 1
PATIENCE = 600.0
"""Seconds that a dump of Valkey may take."""
MANIFEST = "file appendonly.aof.1.base.rdb seq 1 type b\n"
"""What has Valkey begin its append-only file with a dump; see its manual on persistence."""


def back_up(settings: Settings, archive: Path) -> None:
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
        raise Fault(f"{archive} is there already")
    if not database.exists():
        raise Fault(f"there is nothing to back up: no {database}")
    try:
        with tempfile.TemporaryDirectory(dir=archive.absolute().parent) as folder:
            parts = Path(folder)
            asyncio.run(_dump(settings.data_dir / "valkey", parts / DIALOGS))
            _copy(database, parts / DATABASE)
            about = {"format": FORMAT, "created_at": datetime.now(UTC).isoformat()}
            (parts / ABOUT).write_text(json.dumps(about))
            _pack(parts, parts / "archive")
            os.link(parts / "archive", archive)  # whole, or not at all
    except (OSError, sqlite3.Error, RedisError, ValkeyStartError) as error:
        raise Fault(f"{archive} could not be written: {error}") from error


def restore(settings: Settings, archive: Path, *, replace: bool = False) -> Path | None:
    """Bring back what `back_up` has written.

    Args:
        settings: Where everything has to be.
        archive: The file.
        replace: Set what is there now aside; otherwise there must be nothing.

    Returns:
        The folder to which was moved what was there, None for nothing.

    Raises:
        Fault: It can't be done, and all is as it was.
    """
    database = _own_parts(settings)
    valkey = settings.data_dir / "valkey"
    here = [path for path in (database, *_beside(database), valkey) if path.exists()]
    if here and not replace:
        raise Fault(f"{here[0]} is there already; --replace sets it aside")
    if valkey.exists() and asyncio.run(_runs(valkey)):
        raise Fault("Tally is running: stop it first")
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
            parts = Path(folder)
            _unpack(archive, parts)
            _check(parts)
            aside = _set_aside(settings.data_dir, here)
            database.parent.mkdir(parents=True, exist_ok=True)
            (parts / "valkey").rename(valkey)
            shutil.move(parts / DATABASE, database)
    except (OSError, sqlite3.Error, zipfile.BadZipFile, KeyError, ValkeyStartError) as error:
        raise Fault(f"{archive} could not be restored: {error}") from error
    return aside


def _own_parts(settings: Settings) -> Path:
    """The file of the database, where both parts are Tally's own."""
    if settings.redis_url:
        raise Fault(
            "REDIS_URL: Redis of one's own is backed up by its own means; see docs/operations.md"
        )
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Fault("DATABASE_URL: is backed up by pg_dump or the like; see docs/operations.md")
    return Path(url.database)


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[Redis]:
    """A connection to the running bot's Valkey, or to one that runs for this alone."""
    valkey = EmbeddedValkey(folder)
    alone = not await _runs(folder)
    if alone:
        await valkey.start()
    try:
        async with Redis.from_url(valkey.url) as redis:
            yield redis
    finally:
        if alone:
            await valkey.stop()


async def _runs(folder: Path) -> bool:
    async with Redis.from_url(EmbeddedValkey(folder).url) as redis:
        try:
            return bool(await redis.ping())
        except (RedisError, OSError):
            return False


async def _dump(folder: Path, file: Path) -> None:
    async with connected(folder) as redis, asyncio.timeout(PATIENCE):
        while True:
            try:
                await redis.bgsave()
                break
            except ResponseError:  # one is on its way that may have begun too early
                await asyncio.sleep(0.1)
        while (state := await redis.info("persistence"))["rdb_bgsave_in_progress"]:  # noqa: ASYNC110 - can only be asked
            await asyncio.sleep(0.05)
        if state["rdb_last_bgsave_status"] != "ok":
            raise Fault(f"Valkey could not write its dump; see {folder / 'valkey.log'}")
        shutil.copyfile(folder / "dump.rdb", file)
        (folder / "dump.rdb").unlink()


def _copy(database: Path, file: Path) -> None:
    # In one go, so that it is of one moment, and nobody who writes waits for it.
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # a file alone


def _pack(parts: Path, archive: Path) -> None:
    with (
        os.fdopen(os.open(archive, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
    ):
        for name in (ABOUT, DIALOGS, DATABASE):
            packed.write(parts / name, name)


def _unpack(archive: Path, parts: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        if json.loads(packed.read(ABOUT))["format"] != FORMAT:
            raise Fault(f"{archive} was written by a newer version of this code")
        packed.extract(DATABASE, parts)  # which checks that it is as it was
        (parts / DATABASE).chmod(0o600)
        files = parts / "valkey" / "appendonlydir"
        for folder in (files.parent, files):
            folder.mkdir(mode=0o700)
        with packed.open(DIALOGS) as dump, (files / "appendonly.aof.1.base.rdb").open("wb") as base:
            shutil.copyfileobj(dump, base)
    (files / "appendonly.aof.manifest").write_text(MANIFEST)


def _check(parts: Path) -> None:
    """Make sure that both can be read, before anything is set aside."""
    with closing(sqlite3.connect(parts / DATABASE)) as database:
        (result,) = database.execute("PRAGMA quick_check").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError(result)
    asyncio.run(_load(parts / "valkey"))


async def _load(folder: Path) -> None:
    async with connected(folder) as redis:
        await redis.ping()


def _beside(database: Path) -> list[Path]:
    return [database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm")]


def _set_aside(folder: Path, here: list[Path]) -> Path | None:
    if not here:
        return None
    aside = Path(tempfile.mkdtemp(prefix=f"replaced-{datetime.now(UTC):%Y%m%d-}", dir=folder))
    for path in here:
        shutil.move(path, aside / path.name)
    return aside
