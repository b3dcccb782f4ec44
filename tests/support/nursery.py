"""Starts bots fast: one process loads the bot, and forks itself for each start.

To load aiogram takes seconds of CPU, and the tests start a bot hundreds of times. A forked process
runs the command line in its own folder and environment. It is a process like any other: tests can
stop it, kill it and wait for it.

Each bot is loaded by itself where a process can't adopt forked ones (anywhere but on Linux), and if
workers share a folder of metrics, because that is read while the bot loads.
"""

import asyncio
import atexit
import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from ops.metrics_files import FOLDER

ROOT = Path(__file__).parents[2]
START = 60.0
"""Seconds a start, or anything else, may take on a busy machine."""
PR_SET_CHILD_SUBREAPER = 36
"""See prctl(2)."""


class Process(Protocol):
    """A process of a bot."""

    @property
    def returncode(self) -> int | None:
        """Its exit status, or minus the number of the signal that ended it; None while it runs."""

    def send_signal(self, number: int) -> None:
        """Send it a signal."""

    async def wait(self) -> int:
        """Wait for its end; give its exit status."""


class Forked:
    """A forked process that this one has adopted.

    Args:
        pid: Its id.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._returncode: int | None = None

    @property
    def returncode(self) -> int | None:
        """See `Process`."""
        if self._returncode is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._returncode = os.waitstatus_to_exitcode(status)
        return self._returncode

    def send_signal(self, number: int) -> None:
        """See `Process`."""
        if self.returncode is None:
            os.kill(self._pid, number)

    async def wait(self) -> int:
        """See `Process`."""
        while self.returncode is None:
            await asyncio.sleep(0.01)
        return self.returncode


class Nursery:
    """The process that has loaded the bot and forks itself."""

    def __init__(self) -> None:
        # Orphaned descendants become children of this process, so that it can wait for them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._process = subprocess.Popen(  # noqa: S603 - itself
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._process.kill)
        self._lock = threading.Lock()

    def start(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: dict[str, str],
        out: Path,
        errors: Path,
    ) -> Forked:
        """Start the bot or another command of `main.py`.

        Args:
            folder: The folder where it runs.
            arguments: The arguments of the command line.
            environment: Its whole environment.
            out: The file for standard output.
            errors: The file for standard error.
        """
        assert self._process.stdin
        assert self._process.stdout
        order: dict[str, object] = {"folder": str(folder), "arguments": arguments}
        order |= {"environment": environment, "out": str(out), "errors": str(errors)}
        with self._lock:
            print(json.dumps(order), file=self._process.stdin, flush=True)
            return Forked(int(self._process.stdout.readline()))


_nurseries: list[Nursery] = []


async def start_bot(  # noqa: PLR0913 - what a process is made of
    folder: Path,
    arguments: Sequence[str],
    environment: dict[str, str],
    out: Path,
    errors: Path,
    *,
    cold: bool = False,
) -> Process:
    """Start a bot; see `Nursery.start`. If `cold`, load it as from a shell."""
    if sys.platform == "linux" and FOLDER not in environment and not cold:
        if not _nurseries:
            _nurseries.append(Nursery())
        start = _nurseries[0].start
        return await asyncio.to_thread(start, folder, arguments, environment, out, errors)
    with out.open("a") as stdout, errors.open("a") as stderr:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "main.py"),
            *arguments,
            cwd=folder,
            env=environment,
            stdout=stdout,
            stderr=stderr,
        )


def serve() -> None:
    """Fork for each line on standard input, and print the id of the new process."""
    gc.disable()
    # Loaded once, for all forked processes.
    for name in ("aiosqlite", "main", "app.run"):
        import_module(name)
    # Otherwise the collector of each forked process would visit these objects, and so copy them.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        answer, question = os.pipe()
        child = os.fork()
        if child == 0:
            # Forked twice, because only an orphan is handed on to the process that asked.
            if pid := os.fork():
                os.write(question, b"%d\n" % pid)
                os._exit(0)
            _become_bot(json.loads(line))
        os.waitpid(child, 0)
        os.write(sys.stdout.fileno(), os.read(answer, 32))
        os.close(answer)
        os.close(question)


def _become_bot(order: dict[str, Any]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    for stream, path in ((sys.stdout, order["out"]), (sys.stderr, order["errors"])):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, stream.fileno())
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = [str(ROOT / "main.py"), *order["arguments"]]
    status = 1
    try:
        import main  # noqa: PLC0415 - the tests' own process must not load the bot

        status = main.run()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - it must not reach the code of the nursery
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve()
