"""The data folder, which keeps the state for the next start.

A journal has a line for each object that has changed. The lines are written before the request
that changed the objects is answered, but not synced: a killed process loses nothing that it has
answered; a machine that loses power may lose the last seconds. The journal is rewritten at each
start, and when it has grown.
"""

import re
import shutil
import sys
from io import FileIO
from pathlib import Path

from telegram_playground.errors import DamagedJournalError, FolderError
from telegram_playground.journal import all_lines, line, restore
from telegram_playground.state import State

GROWTH = 4
"""The factor by which a journal may grow before it is rewritten."""

SMALL = 32 << 20
"""Bytes up to which a journal is not rewritten."""


class Memory:
    """Keeps a state in a folder.

    Args:
        folder: The folder; created if it does not exist.
        state: The state. The objects that its `note` names are written at the next `flush`.
    """

    def __init__(self, folder: Path, state: State) -> None:
        self._folder = folder
        self._state = state
        self._lock: FileIO | None = None
        self._journal: FileIO | None = None
        self._size = self._base = 0

    def open(self) -> None:
        """Lock the folder, read the state that the last run left, and start to note changes.

        Raises:
            FolderError: If the folder can't be used, or another playground uses it.
        """
        try:
            self._files.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._folder / "lock")
            restore(self._state, self._path)
            self._state.changes = {}
            self._rewrite()
        except BlockingIOError:
            raise FolderError(f"another playground uses {self._folder}") from None
        except DamagedJournalError:
            self.close()
            raise FolderError(
                f"{self._path} is damaged, or of another version: move it away to begin anew"
            ) from None
        except OSError as error:
            self.close()
            raise FolderError(f"can't use {self._folder}: {error.strerror}") from error

    def token(self, new: str) -> str:
        """Give the token that the folder keeps; if there is none, write a new one.

        Args:
            new: The token to write.

        Raises:
            FolderError: If the folder can't be used.
        """
        path = self._folder / "token"
        try:
            if path.exists():
                kept = path.read_text(encoding="ascii", errors="replace")
                if re.fullmatch(r"\d+:[\w-]+", kept, re.ASCII):
                    return kept
            written = path.with_suffix(".new")
            written.unlink(missing_ok=True)
            written.touch(0o600)
            written.write_text(new, encoding="ascii")
            written.replace(path)
        except OSError as error:
            raise FolderError(f"can't use {self._folder}: {error.strerror}") from error
        return new

    def flush(self) -> None:
        """Write the changes since the last flush to the journal."""
        changes = self._state.changes
        if not changes or self._journal is None:
            return
        lines = [line(self._state, kind, key) for kind, key in changes]
        changes.clear()
        self._size += self._journal.write(b"".join(lines)) or 0
        if self._size > max(SMALL, GROWTH * self._base):
            self._rewrite()

    def close(self) -> None:
        """Write the last changes, and unlock the folder."""
        self.flush()
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def clear(self) -> None:
        """Delete all files, and rewrite the journal from the present state."""
        shutil.rmtree(self._files, ignore_errors=True)
        self._files.mkdir(parents=True, exist_ok=True)
        self._rewrite()

    def write(self, file_id: str, data: bytes) -> None:
        """Write the bytes of a file."""
        (self._files / file_id).write_bytes(data)

    def read(self, file_id: str) -> bytes:
        """Read the bytes of a file."""
        return (self._files / file_id).read_bytes()

    @property
    def _path(self) -> Path:
        return self._folder / "journal"

    @property
    def _files(self) -> Path:
        return self._folder / "files"

    def _rewrite(self) -> None:
        """Write a new journal with one line for each object, then replace the old one."""
        if self._journal is not None:
            self._journal.close()
        new = self._folder / "journal.new"
        new.write_bytes(b"".join(all_lines(self._state)))
        new.replace(self._path)
        if self._state.changes is not None:
            self._state.changes.clear()
        self._journal = FileIO(self._path, "ab")
        self._size = self._base = self._path.stat().st_size


def _locked(path: Path) -> FileIO:
    """Open and lock a file; the system unlocks it when the process ends.

    Raises:
        BlockingIOError: If another process has locked it.
    """
    file = FileIO(path, "w")
    try:
        _lock(file.fileno())
    except OSError:
        file.close()
        raise
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
