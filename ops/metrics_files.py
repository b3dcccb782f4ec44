"""The folder where the workers of one machine write their metrics.

Prometheus asks one of them, and that one adds up the files of all. Each worker writes to files with
a number. A worker that replaces another takes over its number and its files, so that files do not
pile up however often workers die. The file `NUMBER.pid` holds the id of the process.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the folder that workers share."""
NUMBER = "TALLY_METRICS_NUMBER"
"""The environment variable with the number of a worker's files; the default is its process id."""

PREFIX = "tally-metrics-"
LOCK = "lock"


def begin_files(folder: Path) -> int:
    """Claim the files of this process in a folder.

    Files of live gauges are deleted, because their values ended with the process before. Counters
    go on from where that process left them.

    Returns:
        The number of the files.
    """
    number = int(os.environ.get(NUMBER, os.getpid()))
    for file in folder.glob(f"gauge_*_{number}.db"):
        file.unlink()
    (folder / f"{number}.pid").write_text(str(os.getpid()))
    return number


def living(folder: Path) -> dict[int, int]:
    """Give the ids of the live processes that write to a folder, by the number of their files."""
    pids = {int(file.stem): int(file.read_text() or 0) for file in folder.glob("*.pid")}
    return {number: pid for number, pid in pids.items() if pid and _lives(pid)}


def files_to_add_up(folder: Path) -> list[str]:
    """Give the files to add up: all of live processes, and of dead ones all but live gauges."""
    numbers = living(folder)
    return [
        str(file)
        for file in folder.glob("*.db")
        if not file.name.startswith("gauge_live") or int(file.stem.rpartition("_")[2]) in numbers
    ]


@contextmanager
def metrics_folder() -> Iterator[str]:
    """Make a folder for metrics, and remove the folders that dead processes left.

    This process holds a lock on the folder as long as it lives.
    """
    _remove_abandoned()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        # Renamed last, because a folder without a lock file counts as one about to be used.
        unnamed = Path(name) / f"{LOCK}.new"
        with unnamed.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(Path(name) / LOCK)
            yield name


def _remove_abandoned() -> None:
    """Remove the folders of killed processes."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # The folder may be another user's, in use, or gone by now.
        with suppress(OSError):
            if folder.lstat().st_uid != os.getuid():
                continue
            with (folder / LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False  # or another user's process has the id now
    return True
