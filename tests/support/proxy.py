"""A proxy between the bot and Redis that loses, holds or refuses commands."""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Self

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey

COMMIT = b'"memory":'
"""Bytes that every commit contains, and no other command."""

SIZE = 65536
"""Bytes of answers that are passed on at once."""


class Mishap(Enum):
    """A fault that hits one command."""

    LOSE_COMMAND = auto()
    """The proxy cuts the connection before the command reaches Redis."""
    LOSE_ANSWER = auto()
    """Redis gets the command and answers; the proxy cuts the connection before the answer."""
    HOLD = auto()
    """Redis gets the command once the test releases it, even if the client has given up."""


@dataclass(eq=False, slots=True)
class Trap:
    """Waits for the next command that contains some bytes.

    Attributes:
        mishap: The fault.
        containing: The bytes.
        caught: Set once the command is there.
        sprung: Set once the fault has happened; for a held command, once Redis has got it.
        released: The test sets it to let a held command go on.
    """

    mishap: Mishap
    containing: bytes
    caught: asyncio.Event = field(default_factory=asyncio.Event)
    sprung: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Listens on a port and passes everything on to a Redis on a unix socket.

    Args:
        origin: The address of that Redis.

    Attributes:
        origin: As given.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._port = 0
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], StreamWriter] = {}
        self._traps: list[Trap] = []
        self._refusal: tuple[bytes, bytes] | None = None

    async def __aenter__(self) -> Self:
        await self._switch_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._switch_off()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address that the bot gets as its REDIS_URL."""
        return f"redis://127.0.0.1:{self._port}/0"

    @asynccontextmanager
    async def off(self, *, reset: bool = False) -> AsyncIterator[None]:
        """Cut all connections, and refuse new ones during the block.

        Args:
            reset: Whether to reset the connections, as a rebooted machine does, instead of
                closing them.
        """
        if reset:
            for client in self._clients.values():
                socket = client.get_extra_info("socket")
                socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self._switch_off()
        try:
            yield
        finally:
            await self._switch_on()

    async def _switch_on(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _switch_off(self) -> None:
        if self._server:
            self._server.close()
        for client in self._clients.values():
            client.transport.abort()

    def trap(self, mishap: Mishap, containing: bytes) -> Trap:
        """Set a trap for the next command that contains some bytes."""
        trap = Trap(mishap, containing)
        self._traps.append(trap)
        return trap

    @contextmanager
    def refusing(self, containing: bytes, error: str) -> Iterator[None]:
        """During the block, answer commands that contain some bytes with an error."""
        self._refusal = containing, f"-{error}\r\n".encode()
        try:
            yield
        finally:
            self._refusal = None

    def _accept(self, commands: StreamReader, client: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(commands, client))
        self._clients[task] = client
        task.add_done_callback(self._clients.pop)

    async def _serve(self, commands: StreamReader, client: StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            answers, redis = await asyncio.open_unix_connection(self.origin.removeprefix("unix://"))
            losing: list[Trap] = []
            passing = asyncio.create_task(_pass_on(answers, client, losing))
            try:
                async for command in _read(commands):
                    if self._refusal and self._refusal[0] in command:
                        client.write(self._refusal[1])
                    elif not (trap := self._sprung_by(command)):
                        redis.write(command)
                    elif trap.mishap is Mishap.LOSE_COMMAND:
                        trap.sprung.set()
                        break
                    elif trap.mishap is Mishap.LOSE_ANSWER:
                        losing.append(trap)
                        redis.write(command)
                    else:
                        await trap.released.wait()
                        redis.write(command)
                        trap.sprung.set()
            finally:
                redis.close()
                passing.cancel()
        client.transport.abort()

    def _sprung_by(self, command: bytes) -> Trap | None:
        trap = next((trap for trap in self._traps if trap.containing in command), None)
        if trap:
            self._traps.remove(trap)
            trap.caught.set()
        return trap


@asynccontextmanager
async def redis_by_proxy(folder: Path) -> AsyncIterator[Proxy]:
    """Run a Redis with a proxy before it.

    Args:
        folder: The folder for the data of Redis.
    """
    valkey = EmbeddedValkey(folder)
    await valkey.start()
    try:
        async with Proxy(valkey.url) as proxy:
            yield proxy
    finally:
        await valkey.stop()


async def _pass_on(answers: StreamReader, client: StreamWriter, losing: list[Trap]) -> None:
    with suppress(OSError):
        while answer := await answers.read(SIZE):
            if losing:
                losing[0].sprung.set()
                break
            client.write(answer)
    client.transport.abort()


async def _read(commands: StreamReader) -> AsyncIterator[bytes]:
    """Give each command; in RESP2 it is an array of strings."""
    while head := await commands.readline():
        command = head
        for _ in range(int(head[1:])):
            length = await commands.readline()
            command += length + await commands.readexactly(int(length[1:]) + 2)
        yield command
