"""Where the workers of one machine write their figures, for whichever of them is asked.

Each writes to files of its own number, which it takes over from the one before, so that files
do not pile up however often workers die. Beside them stands which process that is.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable of the environment that names the folder which workers share."""
FIGURES = "TALLY_FIGURES"
"""That which names the number of a worker's files; by default its process id."""

PREFIX = "tally-metrics-"
LOCK = "lock"


def begin_figures(folder: Path) -> int:
    """Begin to write to a folder, and give the number of this process's files.

    What is of the moment ended with who wrote it; the rest is gone on with.
    """
    number = int(os.environ.get(FIGURES, os.getpid()))
    for file in folder.glob(f"gauge_*_{number}.db"):
        file.unlink()
    (folder / f"{number}.pid").write_text(str(os.getpid()))
    return number


def living(folder: Path) -> dict[int, int]:
    """Give the processes that write to a folder, by the numbers of their files."""
    pids = {int(file.stem): int(file.read_text() or 0) for file in folder.glob("*.pid")}
    return {number: pid for number, pid in pids.items() if pid and _lives(pid)}


def files_that_count(folder: Path) -> list[str]:
    """Give the files to add up: of the dead not what is of the moment."""
    numbers = living(folder)
    return [
        str(file)
        for file in folder.glob("*.db")
        if not file.name.startswith("gauge_live") or int(file.stem.rpartition("_")[2]) in numbers
    ]


@contextmanager
def figures_folder() -> Iterator[str]:
    """Make a folder, locked for as long as this process lives, and remove those of the dead."""
    _remove_abandoned()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        # Named last: without a lock it is taken for one that is about to be used.
        unnamed = Path(name) / f"{LOCK}.new"
        with unnamed.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(Path(name) / LOCK)
            yield name


def _remove_abandoned() -> None:
    """Remove the folders of those who were killed and could not do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Somebody else's, still in use, or not there any more.
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
        return False  # or somebody else's by now
    return True
