"""Runs an example as a process on the playground."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from pathlib import Path

from telegram_playground import Playground

EXAMPLES = Path(__file__).parents[2] / "examples"


class Example:
    """A bot of the examples, in a process of its own.

    Args:
        path: The file.
        playground: The playground that it talks to.
        folder: The folder that it works in, for the data of its embedded Valkey and its output.
        surroundings: Variables of its environment.

    Attributes:
        folder: As given.
    """

    def __init__(
        self, path: Path, playground: Playground, folder: Path, **surroundings: str
    ) -> None:
        self._path, self.folder = path, folder
        self._surroundings = {
            **os.environ,
            "BOT_TOKEN": playground.token,
            "BOT_API_URL": playground.url,
            **surroundings,
        }
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process."""
        with (self.folder / "output").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                self._path,
                cwd=self.folder,
                env=self._surroundings,
                stdout=output,
                stderr=output,
            )

    async def kill(self) -> None:
        """Kill the process with SIGKILL."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def revive(self) -> None:
        """Start the process again if it has ended."""
        assert self._process
        if self._process.returncode is not None:
            await self.start()

    async def stop(self) -> None:
        """End the process with SIGTERM, which also ends its embedded Valkey."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
