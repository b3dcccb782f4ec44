"""What is known, kept in a folder, so that a restart goes on where the last run ended.

A journal has a line for each thing that has changed. Lines are handed to the system before the
answer that tells of them goes out: a killed process loses nothing that it has answered, while a
machine without power may lose the last seconds. The journal is written anew at each start, and
when it has grown.
"""

import fcntl
import re
import shutil
from io import FileIO
from pathlib import Path

from telegram_playground.errors import DamagedJournalError, FolderError
from telegram_playground.journal import all_lines, line, restore
from telegram_playground.state import State

GROWTH = 4
"""How many times larger than at the last writing a journal may become."""

SMALL = 32 << 20
"""Bytes up to which a journal is left as it is."""


class Memory:
    """Keeps a state in a folder.

    Args:
        folder: Where; made if it is not there.
        state: What is kept. Whatever its `note` names is written at the next `flush`.
    """

    def __init__(self, folder: Path, state: State) -> None:
        self._folder = folder
        self._state = state
        self._lock: FileIO | None = None
        self._journal: FileIO | None = None
        self._size = self._base = 0

    def open(self) -> None:
        """Read what the last run has left, and begin to keep what changes.

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
        """Give the token that was kept; if there is none, keep a new one.

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
        """Write down what has changed since the last time."""
        changes = self._state.changes
        if not changes or self._journal is None:
            return
        lines = [line(self._state, kind, key) for kind, key in changes]
        changes.clear()
        self._size += self._journal.write(b"".join(lines)) or 0
        if self._size > max(SMALL, GROWTH * self._base):
            self._rewrite()

    def close(self) -> None:
        """Write down the rest, and let go of the folder."""
        self.flush()
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def clear(self) -> None:
        """Forget all files, and keep nothing but what is known now."""
        shutil.rmtree(self._files, ignore_errors=True)
        self._files.mkdir(parents=True, exist_ok=True)
        self._rewrite()

    def write(self, file_id: str, data: bytes) -> None:
        """Keep the bytes of a file."""
        (self._files / file_id).write_bytes(data)

    def read(self, file_id: str) -> bytes:
        """The bytes of a file that was kept."""
        return (self._files / file_id).read_bytes()

    @property
    def _path(self) -> Path:
        return self._folder / "journal"

    @property
    def _files(self) -> Path:
        return self._folder / "files"

    def _rewrite(self) -> None:
        """Write the journal anew, a line a thing; the old one counts until that is done."""
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
    """Open a file for this process alone; the system lets go of it when the process ends."""
    file = FileIO(path, "w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file
