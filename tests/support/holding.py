"""A proxy before Redis that can hold commits back."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha1
from pathlib import Path

from durable_dialogs import state

COMMIT = Path(state.__file__).with_name("commit.lua")
"""The script that commits."""


class Gate:
    """The proxy: passes everything on, except commits while it is closed.

    Args:
        socket: The path of the socket that Redis listens on.
        commit: The script that commits in that process.

    Attributes:
        url: The address of the proxy.
        held: Set while a commit is held back.
    """

    def __init__(self, socket: str, commit: Path = COMMIT) -> None:
        self.url = ""
        self.held = asyncio.Event()
        self._socket = socket
        # What a command that commits contains: Redis calls a script by its hash.
        self._commit = sha1(commit.read_bytes(), usedforsecurity=False).hexdigest().encode()
        self._open = asyncio.Event()
        self._open.set()
        self._clients: dict[asyncio.Task[None], StreamWriter] = {}

    def close(self) -> None:
        """Hold commits back from now on."""
        self._open.clear()

    def open(self) -> None:
        """Pass on the commits that were held back, and all later ones."""
        self.held.clear()
        self._open.set()

    def accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve a connection."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._clients[task] = writer
        task.add_done_callback(self._clients.pop)

    async def hang_up(self) -> None:
        """End all connections, even those of a process that still runs."""
        for writer in self._clients.values():
            writer.transport.abort()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        ahead, back = await asyncio.open_unix_connection(self._socket)
        await asyncio.gather(self._carry(reader, back), self._carry(ahead, writer))

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while data := await reader.read(2**16):
                if self._commit in data and not self._open.is_set():
                    self.held.set()
                    await self._open.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            # This ends the other direction, too.
            writer.close()


@asynccontextmanager
async def holding(socket: str, commit: Path = COMMIT) -> AsyncIterator[Gate]:
    """Give a gate before a Redis."""
    gate = Gate(socket, commit)
    server = await asyncio.start_server(gate.accept, "127.0.0.1", 0)
    gate.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield gate
    finally:
        # `wait_closed` would never return if a process keeps its connection longer than the test:
        # since Python 3.12.1 it waits until every connection has ended.
        server.close()
        gate.open()
        await gate.hang_up()
