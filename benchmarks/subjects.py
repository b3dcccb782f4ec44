"""The bots to measure, each in a process of its own, as its author would run it."""

import asyncio
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aiohttp import ClientSession

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Client

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
TOKEN = "1234567:benchmark"  # noqa: S105 - the playground takes any
PORT = 8099
WEBHOOK_PORT = 8098
WEBHOOK = {"WEBHOOK_URL": f"http://127.0.0.1:{WEBHOOK_PORT}", "WEB_PORT": str(WEBHOOK_PORT)}


@dataclass(frozen=True, slots=True)
class Subject:
    """A bot to measure.

    Attributes:
        name: Its column in the table.
        module: The Python module to run.
        settings: Its environment variables.
        webhook: Whether it uses a webhook.
        arguments: The arguments of its command line.
    """

    name: str
    module: str
    settings: dict[str, str]
    webhook: bool = False
    arguments: tuple[str, ...] = ()


SUBJECTS = [
    Subject("plain", "benchmarks.peers.plain", {}),
    Subject("frozen", "benchmarks.peers.plain", {"FREEZE": "1"}),
    Subject("stock", "benchmarks.peers.stock", {}),
    Subject("isolated", "benchmarks.peers.stock", {"ISOLATED": "1"}),
    Subject("Tally", "main", {}),
    Subject("webhook", "main", WEBHOOK, webhook=True),
]
"""The bots to compare.

- `plain`: the handler of guides, with its numbers in memory.
- `frozen`: the same, with the garbage collector set up as in Tally. It shows which part of Tally's
  speed comes from the garbage collector and not from the design.
- `stock`: aiogram-dialog on Redis as its manual shows it.
- `isolated`: the same, with the events of a chat and of all its stacks isolated from each other.
- `Tally`, `webhook`: Tally by polling and by webhook.
"""


class Running:
    """A process to measure, with its children.

    Args:
        process_id: The id of the process.
        start: Seconds that the start took.
    """

    def __init__(self, process_id: int, start: float = 0.0) -> None:
        self.start = start
        self._process_id = process_id

    def cpu(self) -> float:
        """Seconds of CPU that the processes have used."""
        return sum(_cpu(folder) for folder in self._folders())

    def memory(self) -> float:
        """Megabytes of memory that the processes hold."""
        return sum(_memory(folder) for folder in self._folders())

    def _folders(self) -> list[Path]:
        folders, waiting = [], [self._process_id]
        while waiting:
            folder = Path(f"/proc/{waiting.pop()}")
            folders.append(folder)
            children = (folder / "task" / folder.name / "children").read_text()
            waiting += map(int, children.split())
        return folders


def _cpu(folder: Path) -> float:
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(folder: Path) -> float:
    pages = int((folder / "statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@asynccontextmanager
async def stage() -> AsyncIterator[tuple[Client, EmbeddedValkey, Running]]:
    """Run a playground and a Valkey; also give the process of the playground."""
    with tempfile.TemporaryDirectory() as folder:
        valkey = EmbeddedValkey(Path(folder))
        await valkey.start()
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "telegram_playground", "--port", str(PORT), "--token", TOKEN),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        await cast("asyncio.StreamReader", server.stdout).readline()
        try:
            async with Client(f"http://127.0.0.1:{PORT}") as playground:
                yield playground, valkey, Running(server.pid)
        finally:
            server.terminate()
            await server.wait()
            await valkey.stop()


@asynccontextmanager
async def running(
    subject: Subject, playground: Client, valkey: EmbeddedValkey
) -> AsyncIterator[Running]:
    """Run a bot; the block begins after its first poll, or when its webhook is set."""
    before, began = await playground.call_count(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": playground.url,
            "REDIS_URL": valkey.url,
            "DATA_DIR": folder,
            "LOG_LEVEL": "WARNING",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            subject.module,
            *subject.arguments,
            cwd=ROOT,
            env={**os.environ, **settings, **subject.settings},
            # Some bots print long errors about lost updates.
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            method = "setWebhook" if subject.webhook else "getUpdates"
            await playground.until_called(method, after=before, timeout=60)
            yield Running(process.pid, time.monotonic() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()
            async with ClientSession() as session:
                await session.post(f"{playground.url}/bot{TOKEN}/deleteWebhook")
