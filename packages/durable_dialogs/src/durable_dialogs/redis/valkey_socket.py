"""The socket of an embedded Valkey, and the lock file that tells where it is."""

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path

PRIVATE = 0o700
"""The mode of a folder that only its owner may open."""


class ValkeySocket:
    """The socket of the server of one data folder, and its lock file.

    The socket is in a folder below the system's temporary one, because the path of a socket may
    have some 100 bytes only. The server's lock file holds the path of that folder, so a process
    with another TMPDIR finds it, too.

    Args:
        folder: The folder of the server's data, by its absolute path.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        self._socket_folder = Path(tempfile.gettempdir()) / f"durable-valkey-{os.getuid()}-{name}"
        # The server locks it as long as it lives; it holds the socket's folder.
        self._lock = folder / "valkey.lock"

    @property
    def path(self) -> Path:
        """The path of the socket."""
        return self._socket_folder / "valkey.sock"

    def is_locked(self) -> bool:
        """Return whether a server of this folder is alive, even if it hangs.

        Raises:
            OSError: The folder can't be read.
        """
        try:
            lock = os.open(self._lock, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def make_folders(self) -> None:
        """Make the folders.

        Raises:
            OSError: They can't be made, or another user could have made the socket's folder.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        self._socket_folder.mkdir(exist_ok=True, mode=PRIVATE)
        require_private(self._socket_folder)

    def open_lock(self) -> int:
        """Open the lock file, which a server locks; return its descriptor."""
        return os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)

    def write_path(self, lock: int) -> None:
        """Write into the lock file, which this process has locked, where the socket will be."""
        os.ftruncate(lock, 0)
        os.write(lock, os.fsencode(self._socket_folder))

    def follow(self) -> None:
        """Use the socket's folder that the server's lock file names.

        Raises:
            OSError: Another user could have made that folder.
        """
        named = self._lock.read_bytes() if self._lock.exists() else b""
        folder = Path(os.fsdecode(named)) if named else self._socket_folder
        if folder != self._socket_folder and folder.exists():
            require_private(folder)
            self.remove_folder()
            self._socket_folder = folder

    def remove_folder(self) -> None:
        """Delete the socket's folder if it is empty."""
        with contextlib.suppress(OSError):
            self._socket_folder.rmdir()


def require_private(folder: Path) -> None:
    """Check that only this user can open a socket's folder, before the bot sends anything there.

    In the shared temporary folder another user could have made a folder of that name, with a
    server of their own in it.

    Raises:
        PermissionError: Others can open it, or it is another user's.
    """
    status = folder.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not own or stat.S_IMODE(status.st_mode) != PRIVATE:
        raise PermissionError(f"{folder} is not a folder of this user alone")
