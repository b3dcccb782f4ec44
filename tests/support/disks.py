"""Small disks that a test can fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MEGABYTE = 2**20


class Disk:
    """A disk, and a file that fills it.

    Args:
        folder: The folder where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    @property
    def free(self) -> int:
        """Free bytes."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, left: int) -> None:
        """Fill it until at most `left` bytes are free."""
        with self._filler.open("ab") as file:
            while (size := self.free - left) > 0:
                with suppress(OSError):  # another process has written meanwhile
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)

    def clear(self) -> None:
        """Delete the file that fills it."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mount a disk, and unmount it after the block; skip the test if mounting is not allowed."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    tried = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if tried.returncode:
        pytest.skip(f"no disk can be mounted here: {tried.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        # Lazy, because a process may still have a file open there.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - likewise
