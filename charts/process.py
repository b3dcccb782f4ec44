"""Starts the process that draws charts, and talks to it."""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import cast

import structlog

from charts.model import Chart

ROOT = Path(__file__).parent.parent

PATIENCE = 12.0
"""Seconds that a chart may take; the first one includes loading matplotlib on a busy machine."""
LIFETIME = 1000
"""Charts after which the process is replaced, so that leaks do not add up."""
END = 2.0
"""Seconds that the process has to end before it is killed."""

FAILURES = (OSError, EOFError, TimeoutError, RuntimeError)
"""Errors if the process has ended or hangs; uvloop raises `RuntimeError` if it has ended before the
first chart."""

log = structlog.get_logger(__name__)


class ChartError(Exception):
    """A chart could not be drawn."""


class Charts:
    """Draws charts one after the other in another process, so the event loop stays free.

    Args:
        command: The command that starts the process, `python -m charts` if omitted.
    """

    def __init__(self, *command: str) -> None:
        self._command = command or (sys.executable, "-m", "charts")
        self._lock = asyncio.Lock()
        self._process: Process | None = None
        self._left = 0

    @property
    def process_id(self) -> int | None:
        """The id of the process, None if it is not running."""
        return None if self._process is None else self._process.pid

    async def draw(self, chart: Chart) -> bytes:
        """Draw a chart; the first one starts the process.

        Returns:
            A PNG.

        Raises:
            ChartError: The process failed twice.
        """
        async with self._lock:
            try:
                return await self._ask(chart)
            except FAILURES as error:
                # Perhaps the kernel killed it for its memory. A new process may succeed.
                log.warning("charts_restarted", error=type(error).__name__)
            try:
                return await self._ask(chart)
            except FAILURES as error:
                raise ChartError(type(error).__name__) from error

    async def close(self) -> None:
        """End the process, if it is running."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(END):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _ask(self, chart: Chart) -> bytes:
        process = await self._running()
        self._left -= 1
        questions, answers = _pipes_of(process)
        try:
            async with asyncio.timeout(PATIENCE):
                questions.write(chart.to_json().encode() + b"\n")
                await questions.drain()
                length = int.from_bytes(await answers.readexactly(4))
                return await answers.readexactly(length)
        except BaseException:
            # Otherwise a late answer would be taken for the next chart.
            self._process = None
            with suppress(ProcessLookupError):
                process.kill()
            raise

    async def _running(self) -> Process:
        if self._process and self._process.stdin and self._process.stdin.is_closing():
            log.warning("charts_restarted", error="the process has ended")
            self._process = None
        if self._process is None or self._left == 0:
            await self.close()
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                # Ctrl-C in a terminal reaches the bot only, which may need charts while it stops.
                start_new_session=True,
            )
            self._left = LIFETIME
        return self._process


def _pipes_of(process: Process) -> tuple[StreamWriter, StreamReader]:
    """Give the input and the output of a process that was started with pipes for both."""
    return cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)
