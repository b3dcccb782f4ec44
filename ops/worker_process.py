"""Starts a worker process, and connects it with its parent by two pipes.

The worker's standard input closes when the parent ends, even if the parent is killed. On its
standard output the worker tells that it waits for Telegram, that it serves, or why it can't.
"""

import asyncio
import os
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self, cast

import structlog

from ops.errors import STATUS, OperatorError

START = 60.0
"""Seconds a worker has until it serves or tells that it waits. A migration takes less, or was done
before."""
STOP = 8.0
"""Seconds a worker has to end. Docker waits for 10 before it kills a service."""

MAIN = Path(__file__).parents[1] / "main.py"
STARTED = b"started\n"
WAITING = b"waiting\n"

log = structlog.get_logger(__name__)


class Parent:
    """The process that started this one as a worker."""

    def on_end(self, call: Callable[[], object]) -> None:
        """Call a function when the parent has ended, also if it was killed."""
        loop, pipe = asyncio.get_running_loop(), sys.stdin.fileno()

        def ended() -> None:
            loop.remove_reader(pipe)
            call()

        # The parent writes nothing there, so the pipe becomes readable only at its end.
        loop.add_reader(pipe, ended)

    def say_started(self) -> None:
        """Tell the parent that this worker serves."""
        self._say(STARTED)

    def say_waiting(self) -> None:
        """Tell the parent that this worker does not hang, but waits for Telegram."""
        self._say(WAITING)

    def _say(self, line: bytes) -> None:
        with suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), line)


class DiedError(Exception):
    """A worker died or hung before it served."""


class Worker:
    """A worker process, as its parent sees it.

    Args:
        process: The process.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, number: int, environment: Mapping[str, str]) -> Self:
        """Start a worker, and wait until it serves.

        Args:
            number: The number of the worker, from 1 on.
            environment: Its whole environment.

        Raises:
            OperatorError: It can't start, for a reason that the operator must fix.
            DiedError: It died, or hung and was ended, or its process could not be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(MAIN), "--worker", str(number)),
                env=environment,
                stdin=PIPE,
                stdout=PIPE,
                # Ctrl-C in a terminal reaches the parent only, which then ends the workers.
                start_new_session=True,
            )
        except OSError as error:  # no memory left, or Python is being upgraded
            raise DiedError(f"can't be started: {error.strerror}") from error
        worker = cls(process)
        try:
            await worker._until_started()
        except BaseException:
            await worker.end()
            raise
        return worker

    async def _until_started(self) -> None:
        output = cast("StreamReader", self._process.stdout)  # `start` has made it a pipe
        said = WAITING
        try:
            while said == WAITING:
                async with asyncio.timeout(START):
                    said = await output.readline()
        except TimeoutError:
            raise DiedError(f"does not serve after {START:.0f} s") from None
        if said == STARTED:
            return
        said += await output.read()
        status = await self._process.wait()
        if status == STATUS:
            raise OperatorError(said.decode().strip())
        raise DiedError(f"exit status {status}")

    async def wait(self) -> int:
        """Wait until it ends; give its exit status."""
        return await self._process.wait()

    async def end(self) -> None:
        """End it; kill it if it takes longer than `STOP`."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP):
                await self._process.wait()
        except TimeoutError:
            log.warning("worker_killed", process=self._process.pid)
            self._process.kill()
            await self._process.wait()
