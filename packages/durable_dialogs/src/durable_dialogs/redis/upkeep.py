"""What the embedded Valkey needs besides: room on the disk, and files without what was deleted."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import structlog
from redis.asyncio import Redis

from durable_dialogs.redis.disk_room import Room

LARGE = 64 * 2**20
"""Bytes that may be appended in any case before the file is written anew, and
AGE: the seconds after which it is, whatever its size. Until then it holds what was deleted."""
AGE = 12 * 60 * 60

PERIOD = 10.0
"""Seconds between two looks at the files, and
REST: after a rewrite was begun, or could not be."""
REST = 60.0

FILES = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"
"""The file that names those of the append-only file; see Valkey's manual on persistence."""
LEFT_BEHIND = ("temp-*", "dump.rdb", f"{FILES}/temp-*", f"{FILES}/appendonly.aof.*")
"""What a server that was killed in the middle of a rewrite, or a backup, may have left."""

log = structlog.get_logger(__name__)


class Upkeep:
    """Looks after the disk of an embedded Valkey.

    While the disk has less room than the reserve, the server refuses to write. So people are told
    to try again; on a full disk it would end, and nobody knows then what was written. If others
    fill the disk faster than it is looked at, it does end. Then a ballast, a file without a name
    that was held for this, is given up, so that what is in doubt can be settled.

    Args:
        folder: Where the server keeps its data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # None as long as nobody knows: the server may have been started by another process.
        self._refuses: bool | None = None
        self._ballast: IO[bytes] | None = None
        self._next_look = 0.0

    def options(self) -> dict[str, str]:
        """Give the options that a server has to be started with now."""
        if Room.of(self._folder).is_short and self._ballast:
            self.close()
            log.warning("valkey_ballast_given_up")
        self._refuses = Room.of(self._folder).is_short
        return _refusing(self._refuses)

    def close(self) -> None:
        """Give the ballast up."""
        if self._ballast:
            self._ballast.close()
            self._ballast = None

    def sweep(self) -> None:
        """Delete what no server will ever read again; only while none runs.

        It may hold what people have long deleted.
        """
        try:
            manifest = (self._folder / FILES / MANIFEST).read_text()
        except (OSError, UnicodeDecodeError):
            return  # not begun yet, or damaged, as the server will say
        listed = {line.split()[1].strip('"') for line in manifest.splitlines() if line.split()}
        for pattern in LEFT_BEHIND:
            for file in self._folder.glob(pattern):
                if file.name not in {MANIFEST, *listed}:
                    file.unlink()
                    log.info("valkey_swept", file=file.name)

    async def look(self, connect: Callable[[], Redis]) -> None:
        """Look at the disk, and have done what is due.

        Args:
            connect: Gives a client of the server.

        Raises:
            RedisError: The server does not answer.
            OSError: The folder can't be read.
        """
        room = Room.of(self._folder)
        refuses = room.is_short or (bool(self._refuses) and not room.is_ample)
        if refuses != self._refuses:
            async with connect() as redis:
                for name, value in _refusing(refuses).items():
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
        """Tell whether the append-only file has become large or old."""
        bases = list(self._sizes("base"))
        if not bases:
            return False
        base, appended = sum(bases), sum(self._sizes("incr"))
        # The clock may have been set back since.
        age = abs(time.time() - max(file.stat().st_mtime for file in self._files("base")))
        return appended >= max(LARGE, base) or age >= AGE

    async def _rewrite(self, redis: Redis) -> None:
        state = await redis.info("persistence")
        if state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"]:
            return
        room = Room.of(self._folder)
        # The new file stands beside the old one for a while, and is smaller than what is in memory.
        needed = (await redis.info("memory"))["used_memory"] + room.reserve
        if room.free < needed:
            log.warning("valkey_not_rewritten", error="no room", free=room.free, needed=needed)
            return
        if state["aof_last_bgrewrite_status"] != "ok":
            log.warning("valkey_not_rewritten", error="failed", log=f"{self._folder}/valkey.log")
        await redis.bgrewriteaof()

    def _files(self, kind: str) -> Iterator[Path]:
        return (self._folder / FILES).glob(f"appendonly.aof.*.{kind}.*")

    def _sizes(self, kind: str) -> Iterator[int]:
        return (file.stat().st_size for file in self._files(kind))


def _ballast(folder: Path, size: int) -> IO[bytes]:
    """Take room on the disk, until it is closed or this process ends, however that is."""
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - held on to
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        file.close()
        raise
    return file


def _refusing(refuses: bool) -> dict[str, str]:  # noqa: FBT001 - the value itself
    """Give the setting by which a server refuses to write: without a replica that it never has."""
    return {"min-replicas-to-write": str(int(refuses))}
