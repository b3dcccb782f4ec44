"""A worker and its parent: how one starts the other, and what they hear of each other.

Two pipes tie them: the worker's standard input ends when the parent does, however that ends; on
its standard output it says that it waits for Telegram, that it serves, or why it can't.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import structlog

from ops.errors import STATUS, OperatorError

START = 60.0
"""Seconds that a worker has until it serves, or says that it waits; migrations are over by then,
or done beforehand."""
STOP = 8.0
"""Seconds that workers have to end; whoever stops a service waits for ten."""

MAIN = Path(__file__).parents[1] / "main.py"
STARTED = b"started\n"
WAITING = b"waiting\n"

log = structlog.get_logger(__name__)


class Parent:
    """What has started this process as a worker."""

    def on_end(self, call: Callable[[], object]) -> None:
        """Call something when the parent has ended, also if it was killed."""
        loop, pipe = asyncio.get_running_loop(), sys.stdin.fileno()

        def ended() -> None:
            loop.remove_reader(pipe)
            call()

        # Nothing is ever written there, so what can be read is the end.
        loop.add_reader(pipe, ended)

    def say_started(self) -> None:
        """Say that this worker serves."""
        self._say(STARTED)

    def say_waiting(self) -> None:
        """Say that this worker neither serves nor hangs: it waits for Telegram."""
        self._say(WAITING)

    def _say(self, line: bytes) -> None:
        with suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), line)


class DiedError(Exception):
    """A worker has died, or hangs, before it served."""


class Worker:
    """A process of the bot.

    Args:
        process: The process.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, number: int, environment: Mapping[str, str]) -> Self:
        """Start a worker, and wait until it serves.

        Args:
            number: Which of the workers it is, from 1 on.
            environment: Its environment, whole.

        Raises:
            Fault: It can't start, for a reason that a person has to mend.
            DiedError: It has died, or hangs and was ended, or there could be none.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, str(MAIN), "--worker", str(number)),
                env=environment,
                stdin=PIPE,
                stdout=PIPE,
                # A terminal's Ctrl-C is the parent's to hear, which tells the others.
                start_new_session=True,
            )
        except OSError as error:  # no memory for it, or no Python while that is upgraded
            raise DiedError(f"can't be started: {error.strerror}") from error
        worker = cls(process)
        try:
            await worker._until_started()
        except BaseException:
            await worker.end()
            raise
        return worker

    async def _until_started(self) -> None:
        assert self._process.stdout  # noqa: S101 - for the type checker: it is a pipe
        said = WAITING
        try:
            while said == WAITING:
                async with asyncio.timeout(START):
                    said = await self._process.stdout.readline()
        except TimeoutError:
            raise DiedError(f"does not serve after {START:.0f} s") from None
        if said == STARTED:
            return
        said += await self._process.stdout.read()
        status = await self._process.wait()
        if status == STATUS:
            raise OperatorError(said.decode().strip())
        raise DiedError(f"exit status {status}")

    async def wait(self) -> int:
        """Wait for its end, and give its exit status."""
        return await self._process.wait()

    async def end(self) -> None:
        """End it, by force if it takes longer than `STOP`."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP):
                await self._process.wait()
        except TimeoutError:
            log.warning("worker_killed", process=self._process.pid)
            self._process.kill()
            await self._process.wait()
