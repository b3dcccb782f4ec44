"""PostgreSQL servers for tests, in temporary folders, with a unix socket there."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from trustme import LeafCert

from playground_support.tiers import EVERYTHING

INSTALLED = Path("/usr/lib/postgresql")
"""The folder of Debian's PostgreSQL; it has a folder for each version and is not in PATH."""
START = 30.0
"""Seconds that a busy machine may take to start a server."""


def programs() -> Path | None:
    """Find the folder of the newest installed PostgreSQL, None if there is none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def required() -> Path:
    """Find that folder; if there is none, skip the test, or fail it with CI=true."""
    binaries = programs()
    if binaries is None and not EVERYTHING:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    assert binaries, "PostgreSQL is not installed, but CI=true requires it"
    return binaries


class Postgres:
    """A server with a database of its own.

    Args:
        binaries: The folder that `programs` found.
        folder: The folder for its data.

    Attributes:
        url: The address of its database, for DATABASE_URL.
    """

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.url = f"postgresql+asyncpg://tally@/postgres?host={folder}"
        self._binaries = binaries
        self._folder = folder
        self._port = 5432
        # PostgreSQL refuses to run as root.
        self._user = None if os.getuid() else "nobody"
        self._server: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)
        initdb = [binaries / "initdb", "--pgdata", folder / "data", "--username", "tally"]
        initdb += ["--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
        _run(initdb, cwd=folder, check=True, user=self._user)

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers.

        Args:
            *settings: Further settings, such as `port=5433`.
        """
        folder = self._folder
        command: list[str | Path] = [self._binaries / "postgres", "-D", folder / "data"]
        command += ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        command += [part for setting in settings for part in ("-c", setting)]
        self._server = subprocess.Popen(  # noqa: S603 - ours
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
        )
        end = time.monotonic() + START
        while self._ask("pg_isready"):
            assert self._server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)

    def guard(self, port: int, certificate: LeafCert, password: str) -> None:
        """Start it on a port where it accepts only connections with TLS and a password.

        Args:
            port: The port, on 127.0.0.1.
            certificate: The server's certificate.
            password: The password, checked by scram-sha-256.
        """
        data = self._folder / "data"
        certificate.cert_chain_pems[0].write_to_path(str(data / "server.crt"))
        certificate.private_key_pem.write_to_path(str(data / "server.key"))
        (data / "server.key").chmod(0o600)
        if self._user:
            shutil.chown(data / "server.key", self._user)
        (data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"
        )
        self._port = port
        self.start(f"port={port}", "listen_addresses=127.0.0.1", "ssl=on")
        change = f"ALTER ROLE tally PASSWORD '{password}'"
        assert not self._ask("psql", "-U", "tally", "-c", change, "postgres")

    def _ask(self, program: str, *arguments: str) -> int:
        where = ["-h", self._folder, "-p", str(self._port)]
        command = [self._binaries / program, *where, *arguments]
        return _run(command, check=False, cwd=self._folder)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop it by a signal, and kill it after 10 s; SIGTERM waits until clients disconnect."""
        if self._server is None:
            return
        self._server.send_signal(number)
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


@contextmanager
def installed(binaries: Path) -> Iterator[Postgres]:
    """Give a server that is not started yet; stop it after the block.

    Args:
        binaries: The folder that `programs` found.
    """
    folder = Path(tempfile.mkdtemp(prefix="tally-pg-"))
    try:
        server = Postgres(binaries, folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def running(binaries: Path) -> Iterator[Postgres]:
    """Run a server, and stop it after the block; see `installed`."""
    with installed(binaries) as server:
        server.start()
        yield server


@contextmanager
def serving(binaries: Path) -> Iterator[str]:
    """Run a server as `running` does; give the address of its database."""
    with running(binaries) as server:
        yield server.url


def _run(command: list[Any], **options: Any) -> int:
    return subprocess.run(  # noqa: S603, PLW1510 - ours, and `check` is among the options
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options
    ).returncode
