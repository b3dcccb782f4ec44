"""How much room a disk has left, and when that is too little."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MEGABYTE = 2**20

RESERVE = 8 * MEGABYTE
"""Bytes that the embedded Valkey leaves free; on a small disk, a 32nd of it.

A Valkey that syncs each write ends when the disk is full, and its clients can't tell which writes
it made. Between two checks, half a second apart, a bot writes 2 MB at most: 1,000 commits of 2 KB.
"""
LOW = 256 * MEGABYTE
"""Free bytes below which the operator should make room; on a small disk, a quarter of it.

Enough for two days of a bot that saves 500,000 totals a day at 190 bytes, and for a copy of an
append-only file.
"""


@dataclass(frozen=True, slots=True)
class Room:
    """The room on a disk.

    Attributes:
        free: Bytes that this user can write.
        total: Bytes of the whole disk.
    """

    free: int
    total: int

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the room on the disk of a folder.

        Raises:
            OSError: The folder does not exist.
        """
        found = os.statvfs(folder)
        return cls(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    @property
    def reserve(self) -> int:
        """Bytes to leave free."""
        return min(RESERVE, self.total // 32)

    @property
    def is_short(self) -> bool:
        """Whether less than the reserve is free."""
        return self.free < self.reserve

    @property
    def is_ample(self) -> bool:
        """Whether there is room for writes again, with a margin so that they can go on."""
        return self.free >= self.reserve * 5 // 4

    @property
    def is_low(self) -> bool:
        """Whether the operator should make room."""
        return self.free < min(LOW, self.total // 4)
