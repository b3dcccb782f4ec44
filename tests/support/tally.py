"""The bot as a process that a test starts, kills and starts again."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Playground
from tests.support.kept_dialogs import KeptDialogs
from tests.support.kept_totals import KeptTotals
from tests.support.nursery import START, Process, start_bot
from tests.support.ports import free_port

INHERITED = ("PATH", "HOME", "COVERAGE_PROCESS_CONFIG")
"""Variables that a bot gets from the environment of the tests; coverage.py needs the last one."""


class Tally(KeptTotals, KeptDialogs):
    """`python main.py` with settings of its own.

    Args:
        data: Its data folder.
        *arguments: The arguments of its command line.
        **settings: Further settings, by their names in the environment.
    """

    def __init__(self, data: Path, *arguments: str, **settings: str) -> None:
        self.data = data
        self.arguments = arguments
        # Only one bot on a machine can have the default port of metrics.
        own = {"DATA_DIR": str(data), "METRICS_PORT": str(free_port()), "LOG_FORMAT": "json"}
        self.settings = own | settings
        self.log = data.parent / "tally.log"
        self._process: Process | None = None

    @classmethod
    def on(cls, playground: Playground, data: Path, *arguments: str, **settings: str) -> Self:
        """Make a bot on a playground; the other arguments are those of `Tally`."""
        known = {"BOT_TOKEN": playground.token, "BOT_API_URL": playground.url}
        return cls(data, *arguments, **known, **settings)

    @asynccontextmanager
    async def running(self, processes: int = 1) -> AsyncIterator[Self]:
        """Start it as `start` does, and clean up after the block."""
        try:
            yield await self.start(processes)
        finally:
            await self.clean_up()

    async def start(self, processes: int = 1) -> Self:
        """Start it, and wait until `processes` processes of it have started."""
        seen = self._count("started")
        await self.begin()
        await self.until_logged("started", times=seen + processes)
        return self

    async def begin(self) -> None:
        """Start it without waiting."""
        self._process = await start_bot(
            self.data.parent, self.arguments, self._environment, self.log, self.log
        )

    def logged(self) -> list[dict[str, Any]]:
        """Read its log, except for a line that is not complete because of a kill."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        logged = []
        for line in lines:
            with suppress(json.JSONDecodeError):
                logged.append(json.loads(line))
        return logged

    async def until_logged(self, *events: str, times: int = 1) -> None:
        """Wait until it has logged these events `times` times, counted together."""
        assert self._process is not None
        async with asyncio.timeout(START):
            while self._count(*events) < times:
                assert self._process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def logging(self, *events: str, times: int = 1) -> AsyncIterator[None]:
        """Wait after the block until it has logged these events `times` times since its begin."""
        before = self._count(*events)
        yield
        async with asyncio.timeout(START):
            while self._count(*events) < before + times:
                await asyncio.sleep(0.02)

    def _count(self, *events: str) -> int:
        return sum(entry["event"] in events for entry in self.logged())

    async def kill(self) -> None:
        """Kill it with SIGKILL, so that it can't clean up."""
        await self._end(signal.SIGKILL)

    def send_signal(self, number: signal.Signals) -> None:
        """Send its process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def wait(self, within: float = START) -> int:
        """Wait for its end, for at most `within` seconds; give its exit status."""
        assert self._process is not None
        async with asyncio.timeout(within):
            return await self._process.wait()

    async def stop(self) -> int:
        """End it by SIGTERM, as a service manager does; give its exit status."""
        return await self._end(signal.SIGTERM)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze it during the block, as a machine that swaps or a debugger does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def clean_up(self) -> None:
        """End it, and its Valkey, which a kill leaves running."""
        if self._process and self._process.returncode is None:
            await self.stop()
        await EmbeddedValkey(self.data / "valkey").stop()

    def drawers(self) -> list[int]:
        """Give the ids of the processes that draw its charts."""
        return self._processes(b"charts")

    def worker_processes(self) -> list[int]:
        """Give the ids of the processes that it has started because of `--workers`."""
        return self._processes(b"--worker")

    def _processes(self, argument: bytes) -> list[int]:
        """Give the ids of the processes with its data folder and an argument."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (
                    argument in (folder / "cmdline").read_bytes().split(b"\0")
                    and f"DATA_DIR={self.data}".encode() in (folder / "environ").read_bytes()
                ):
                    found.append(int(folder.name))
        return found

    @asynccontextmanager
    async def without_drawers(self) -> AsyncIterator[None]:
        """During the block, kill each process that would draw its charts."""

        async def kill() -> None:
            while True:
                for drawer in self.drawers():
                    with suppress(ProcessLookupError):
                        os.kill(drawer, signal.SIGKILL)
                await asyncio.sleep(0.01)

        killing = asyncio.create_task(kill())
        yield
        killing.cancel()

    async def run(self, *arguments: str, cold: bool = False) -> tuple[int, str, str]:
        """Run another command of main.py to its end; give exit status, output and errors.

        Args:
            *arguments: The arguments of its command line.
            cold: Whether a new Python loads it, as from a shell.
        """
        with TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("out", "errors")]
            # In another folder than the project's, so that it does not read a developer's .env.
            process = await start_bot(
                self.data.parent, arguments, self._environment, *files, cold=cold
            )
            async with asyncio.timeout(START):
                status = await process.wait()
            out, errors = [file.read_text() for file in files]
        return status, out, errors

    async def _end(self, number: signal.Signals) -> int:
        self.send_signal(number)
        return await self.wait()

    @property
    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return inherited | self.settings
