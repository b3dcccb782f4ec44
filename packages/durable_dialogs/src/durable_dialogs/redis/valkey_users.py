"""The processes that use an embedded Valkey: the last one that stops shuts it down."""

import asyncio
import fcntl
import os
from pathlib import Path


class ValkeyUsers:
    """The users of the server of one data folder.

    Each holds a shared lock on a file in the folder. The kernel releases the lock of a process that
    is killed.

    Args:
        folder: The folder of the server's data.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "valkey.users"
        self._file: int | None = None

    async def join(self) -> None:
        """Become a user; wait while another process shuts the server down.

        Raises:
            OSError: The file can't be made.
        """
        self._open()
        while not self._locks(fcntl.LOCK_SH):  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0.01)

    def is_last(self) -> bool:
        """Leave; return whether no other user is left.

        If so, no other process becomes a user before `close`.
        """
        try:
            self._open()
        except OSError:
            return True  # the folder is gone, or was never made
        # If two leave at once, both have released their locks before either tries for all.
        self._locks(fcntl.LOCK_UN)
        return self._locks(fcntl.LOCK_EX)

    def close(self) -> None:
        """Release the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._file

    def _locks(self, kind: int) -> bool:
        try:
            fcntl.flock(self._open(), kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
