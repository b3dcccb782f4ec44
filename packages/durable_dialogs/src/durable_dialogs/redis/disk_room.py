"""How much room a disk has left, and from where on that is too little."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MEGABYTE = 2**20

RESERVE = 8 * MEGABYTE
"""Bytes that are left free; on a small disk a 32nd of it. A Valkey that syncs every write ends when
the disk is full, and whoever waits for its answer can't know what was written. Until the next look,
half a second later, Tally itself writes 2 MB at most: 1,000 commits of 2 KB."""
LOW = 256 * MEGABYTE
"""Bytes below which somebody should look, on a small disk a quarter of it: two days of a bot that
saves 500,000 totals a day at 190 bytes, and room for a copy of an append-only file."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk has.

    Attributes:
        free: Bytes that may be written.
        total: Bytes of the whole disk.
    """

    free: int
    total: int

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Look at the disk of a folder.

        Raises:
            OSError: There is no such folder.
        """
        found = os.statvfs(folder)
        return cls(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)

    @property
    def reserve(self) -> int:
        """Bytes that Tally leaves free."""
        return min(RESERVE, self.total // 32)

    @property
    def is_short(self) -> bool:
        """Whether the reserve is touched."""
        return self.free < self.reserve

    @property
    def is_ample(self) -> bool:
        """Whether there is enough to write again, with something to spare, so that it lasts."""
        return self.free >= self.reserve * 5 // 4

    @property
    def is_low(self) -> bool:
        """Whether somebody should look."""
        return self.free < min(LOW, self.total // 4)
