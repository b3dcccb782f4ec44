"""A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket there."""

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
"""Where Debian puts a folder for each version, outside of PATH."""
START = 30.0
"""Seconds that a start may take on a busy machine."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, None without any."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def required() -> Path:
    """Give that folder, or skip the test; for continuous integration there has to be one."""
    binaries = programs()
    if binaries is None and not EVERYTHING:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    assert binaries, "PostgreSQL is not installed, and has to be for continuous integration"
    return binaries


class Postgres:
    """A server with a database of its own.

    Args:
        binaries: Where `programs` has found it.
        folder: Where its data is.

    Attributes:
        url: The address of its database, to be put into DATABASE_URL.
    """

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.url = f"postgresql+asyncpg://tally@/postgres?host={folder}"
        self._binaries = binaries
        self._folder = folder
        self._port = 5432
        # It refuses to be root.
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
            settings: Further ones, as `port=5433`.
        """
        folder = self._folder
        command: list[str | Path] = [self._binaries / "postgres", "-D", folder / "data"]
        command += ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        command += [part for setting in settings for part in ("-c", setting)]
        self._server = subprocess.Popen(  # noqa: S603 - all of it is ours
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
        """Start it on a port, where it lets nobody in without TLS and a password.

        Args:
            port: The port, on 127.0.0.1.
            certificate: What it proves by who it is.
            password: The password, which is sent as scram-sha-256 has it.
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
        """Stop it: when all have left, unless another signal is named; but waiting not for long."""
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
    """Give a server that is not started yet, and stop it at the end.

    Args:
        binaries: Where `programs` has found it.
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
    """Run a server meanwhile; see `installed`."""
    with installed(binaries) as server:
        server.start()
        yield server


@contextmanager
def serving(binaries: Path) -> Iterator[str]:
    """Run a server meanwhile, and give the address of its database; see `running`."""
    with running(binaries) as server:
        yield server.url


def _run(command: list[Any], **how: Any) -> int:
    return subprocess.run(  # noqa: S603, PLW1510 - ours, and `check` is among how
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **how
    ).returncode
