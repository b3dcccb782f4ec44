"""The bot as people run it: a process, started, killed and started again."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Self

from redis.asyncio import Redis

from fsm.valkey import EmbeddedValkey

ROOT = Path(__file__).parent.parent
START = 30.0
"""Seconds that a start may take on a busy machine."""


class Tally:
    """`python main.py` with settings of its own.

    Args:
        data: Its data folder.
        settings: Further settings, by their names in the environment.
    """

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.settings = {"DATA_DIR": str(data), "LOG_FORMAT": "json", **settings}
        self.log = data.parent / "tally.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> Self:
        """Start it and wait until it serves."""
        seen = self.log.read_text().count('"started"') if self.log.exists() else 0
        self._process = await self._spawn()
        async with asyncio.timeout(START):
            while self.log.read_text().count('"started"') == seen:
                assert self._process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.01)
        return self

    async def kill(self) -> None:
        """Kill it with SIGKILL: it can do nothing more."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it as a service manager does, by SIGTERM, and give its exit status."""
        return await self._end(signal.SIGTERM)

    async def clean_up(self) -> None:
        """End it, and a Valkey that a killed one has left running."""
        if self._process and self._process.returncode is None:
            await self.stop()
        await EmbeddedValkey(self.data / "valkey").stop()

    def redis(self) -> Redis:
        """Connect to its Valkey."""
        return Redis.from_url(EmbeddedValkey(self.data / "valkey").url)

    async def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        async with asyncio.timeout(START):
            return await self._process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        environment = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}
        }
        with self.log.open("a") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "main.py"),
                # Elsewhere, so that a developer's .env says nothing here.
                cwd=self.data.parent,
                env=environment | self.settings,
                stdout=log,
                stderr=log,
            )
