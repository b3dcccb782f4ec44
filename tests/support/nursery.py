"""Starts of the bot that need no loading: a process that has loaded it forks itself.

Loading aiogram takes seconds of CPU, and the journeys start a bot a hundred times.
What is forked does what the command line says, in its own folder and environment, and
is a process like any other: it can be stopped, killed and waited for.
Where forked processes can't be adopted (not on Linux), each bot is loaded; and so are
workers that share their figures, which is settled while they are loaded.
"""

import asyncio
import atexit
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from ops.metrics_files import FOLDER

ROOT = Path(__file__).parents[2]
START = 60.0
"""Seconds that a start, or anything else, may take on a busy machine."""
PR_SET_CHILD_SUBREAPER = 36
"""See prctl(2)."""


class Process(Protocol):
    """What can be done with a bot's process."""

    @property
    def returncode(self) -> int | None:
        """Its exit status, minus the signal if one ended it; None while it runs."""

    def send_signal(self, number: int) -> None:
        """Send it a signal."""

    async def wait(self) -> int:
        """Wait for its end; give its exit status."""


class Forked:
    """A process that was forked and is this one's child now.

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
    """The process that has loaded the bot."""

    def __init__(self) -> None:
        # Whoever is orphaned below this process becomes its child, and can be waited for.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._process = subprocess.Popen(  # noqa: S603 - itself
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._process.kill)
        self._turn = threading.Lock()

    def start(
        self,
        folder: Path,
        arguments: Sequence[str],
        environment: dict[str, str],
        out: Path,
        errors: Path,
    ) -> Forked:
        """Start a bot, or another command of `main.py`.

        Args:
            folder: Where it runs.
            arguments: What its command line says.
            environment: Its environment, whole.
            out: Where its output goes.
            errors: Where its errors go.
        """
        assert self._process.stdin
        assert self._process.stdout
        order: dict[str, object] = {"folder": str(folder), "arguments": arguments}
        order |= {"environment": environment, "out": str(out), "errors": str(errors)}
        with self._turn:
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
    """Start a bot; see `Nursery.start`. Cold, it is loaded as from a shell."""
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
    """Fork whenever a line on standard input asks for it, and say the new process' id."""
    import gc  # noqa: PLC0415

    gc.disable()
    # Loaded, so that those who are forked need not.
    import aiosqlite  # noqa: F401, PLC0415

    import main  # noqa: F401, PLC0415
    from app import run  # noqa: F401, PLC0415

    # Else each of them would look through all of it, and so have it copied.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        answer, question = os.pipe()
        child = os.fork()
        if child == 0:
            # Forked once more, as only an orphan is handed on to who has asked.
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
        import main  # noqa: PLC0415

        status = main.run()
    except SystemExit as end:
        status = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - nothing of it may get to the process that was forked
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve()
