"""Upkeep of the embedded Valkey's files: room on the disk, and rewrites that drop deleted data."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import structlog
from redis.asyncio import Redis

from durable_dialogs.redis.disk_room import Room

LARGE = 64 * 2**20
"""Bytes that the server may append, however small its base file is, before a rewrite is due."""
AGE = 12 * 60 * 60
"""Seconds after which a rewrite is due, because until then the file holds deleted data."""

PERIOD = 10.0
"""Seconds between two checks of the files."""
REST = 60.0
"""Seconds until the next check after a rewrite began, or could not begin."""

FILES = "appendonlydir"
"""The folder of the files that form the append-only file."""
MANIFEST = "appendonly.aof.manifest"
"""The file that names the others in the folder; see Valkey's manual on persistence."""
LISTED = re.compile(r"file ([^\s/]+) seq \d+ type [bhi]")
"""A line of the manifest: a file's name, its number, and whether it is a base, history or
increment."""
LEFT_BEHIND = ("temp-*", "dump.rdb", f"{FILES}/temp-*", f"{FILES}/appendonly.aof.*")
"""Patterns of files that a server may leave if it is killed during a rewrite or a backup."""

log = structlog.get_logger(__name__)


class Upkeep:
    """Watches the disk of an embedded Valkey, and starts its rewrites.

    While the disk has less room than the reserve, the server refuses writes, and the bot tells
    people to try again. On a full disk the server would end, and nobody could tell which writes
    it made. If others fill the disk between two checks, it does end. Then this object deletes a
    ballast, a file without a name that takes room, so that the server can start again and the
    writes can be looked up.

    Args:
        folder: The folder of the server's data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # None before the first check, because another process may have started the server.
        self._refuses: bool | None = None
        self._ballast: IO[bytes] | None = None
        self._next_look = 0.0

    def options(self) -> dict[str, str]:
        """Return the options to start a server with, after making room on a full disk."""
        if Room.of(self._folder).is_short and self._ballast:
            self.close()
            log.warning("valkey_ballast_given_up")
        self._refuses = Room.of(self._folder).is_short
        return _refusing(refuses=self._refuses)

    def close(self) -> None:
        """Delete the ballast."""
        if self._ballast:
            self._ballast.close()
            self._ballast = None

    def sweep(self) -> None:
        """Delete files that no server will read again, because they may hold deleted data.

        Call this only while no server runs. If the manifest is damaged, it deletes nothing, because
        the manifest may have listed any file; the server reports the damage.
        """
        if not (listed := self._listed()):
            return
        for pattern in LEFT_BEHIND:
            for file in self._folder.glob(pattern):
                if file.name not in {MANIFEST, *listed}:
                    file.unlink()
                    log.info("valkey_swept", file=file.name)

    async def look(self, connect: Callable[[], Redis]) -> None:
        """Check the room on the disk, and the files if that is due.

        Args:
            connect: Makes a client of the server.

        Raises:
            RedisError: The server does not answer.
            OSError: The folder can't be read.
        """
        room = Room.of(self._folder)
        refuses = room.is_short or (bool(self._refuses) and not room.is_ample)
        if refuses != self._refuses:
            async with connect() as redis:
                for name, value in _refusing(refuses=refuses).items():
                    await redis.config_set(name, value)
            if refuses or self._refuses:
                said = "valkey_refuses_writes" if refuses else "valkey_writes_again"
                log.warning(said, free=room.free, reserve=room.reserve)
            self._refuses = refuses
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + PERIOD
            if self._ballast is None and not room.is_low:
                self._ballast = _ballast(self._folder, 2 * room.reserve)
            if self._is_due():
                self._next_look = time.monotonic() + REST
                async with connect() as redis:
                    await self._rewrite(redis)

    def _is_due(self) -> bool:
        """Return whether the append-only file is large or old."""
        bases = list(self._sizes("base"))
        if not bases:
            return False
        base, appended = sum(bases), sum(self._sizes("incr"))
        # `abs`, because the clock may have been set back.
        age = abs(time.time() - max(file.stat().st_mtime for file in self._files("base")))
        return appended >= max(LARGE, base) or age >= AGE

    async def _rewrite(self, redis: Redis) -> None:
        state = await redis.info("persistence")
        if state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"]:
            return
        room = Room.of(self._folder)
        # During a rewrite the disk holds both files. The new one is smaller than the used memory.
        needed = (await redis.info("memory"))["used_memory"] + room.reserve
        if room.free < needed:
            log.warning("valkey_not_rewritten", error="no room", free=room.free, needed=needed)
            return
        if state["aof_last_bgrewrite_status"] != "ok":
            log.warning("valkey_not_rewritten", error="failed", log=f"{self._folder}/valkey.log")
        await redis.bgrewriteaof()

    def _listed(self) -> set[str]:
        """Return the names that the manifest lists; none unless all of it is sound."""
        files = self._folder / FILES
        try:
            manifest = (files / MANIFEST).read_text()
        except (OSError, UnicodeDecodeError):
            return set()  # no server has run yet, or the file is damaged
        lines = [line for line in manifest.split("\n") if line.strip() and line[0] != "#"]
        listed = {match[1] for line in lines if (match := LISTED.fullmatch(line))}
        is_sound = (
            manifest.endswith("\n")
            and len(listed) == len(lines)
            and all((files / name).is_file() for name in listed)
        )
        return listed if is_sound else set()

    def _files(self, kind: str) -> Iterator[Path]:
        return (self._folder / FILES).glob(f"appendonly.aof.*.{kind}.*")

    def _sizes(self, kind: str) -> Iterator[int]:
        return (file.stat().st_size for file in self._files(kind))


def _ballast(folder: Path, size: int) -> IO[bytes]:
    """Make a file of `size` bytes that vanishes when it is closed or the process ends."""
    with ExitStack() as failing:
        file = failing.enter_context(tempfile.TemporaryFile(dir=folder))
        os.posix_fallocate(file.fileno(), 0, size)
        failing.pop_all()
    return file


def _refusing(*, refuses: bool) -> dict[str, str]:
    """Return the setting that makes a server refuse writes: it demands a replica that never is."""
    return {"min-replicas-to-write": str(int(refuses))}
