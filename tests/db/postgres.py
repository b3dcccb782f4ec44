"""A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket there."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts a folder for each version, outside of PATH."""
START = 30.0
"""Seconds that a start may take on a busy machine."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, None without any."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def serving(binaries: Path) -> Iterator[str]:
    """Run a server meanwhile.

    Args:
        binaries: Where `programs` has found it.

    Yields:
        The address of its database, to be put into DATABASE_URL.
    """
    folder = Path(tempfile.mkdtemp(prefix="tally-pg-"))
    # It refuses to be root.
    user = None if os.getuid() else "nobody"
    if user:
        shutil.chown(folder, user)
    try:
        initdb = [binaries / "initdb", "--pgdata", folder / "data", "--username", "tally"]
        initdb += ["--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
        _run(initdb, cwd=folder, check=True, user=user)
        command: list[str | Path] = [binaries / "postgres", "-D", folder / "data", "-k", folder]
        command += ["-c", "listen_addresses=", "-c", "fsync=off"]
        server = subprocess.Popen(  # noqa: S603 - all of it is ours
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
        )
        try:
            end = time.monotonic() + START
            while _run([binaries / "pg_isready", "-h", folder], check=False, cwd=folder):
                assert server.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
            yield f"postgresql+asyncpg://tally@/postgres?host={folder}"
        finally:
            server.terminate()  # when all have left, but nobody waits for more than the tests
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(folder)


def _run(command: list[Any], **how: Any) -> int:  # noqa: ANN401 - what subprocess takes
    return subprocess.run(  # noqa: S603, PLW1510 - ours, and `check` is among how
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **how
    ).returncode
