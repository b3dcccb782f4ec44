"""A TCP proxy before a PostgreSQL server that can hold all bytes back."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

SIZE = 65536
"""Bytes that are passed on at once."""


class Wire:
    """The proxy: passes bytes on, and holds them back without an error while it is cut.

    Args:
        socket: The server's unix socket.

    Attributes:
        port: Its port on 127.0.0.1.
    """

    def __init__(self, socket: Path) -> None:
        self.port = 0
        self._socket = socket
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: dict[asyncio.Task[None], StreamWriter] = {}

    @property
    def url(self) -> str:
        """The address of the database behind the proxy, for DATABASE_URL."""
        return f"postgresql+asyncpg://tally@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Hold all bytes back during the block; pass them on after it."""
        self._whole.clear()
        try:
            yield
        finally:
            self._whole.set()

    def hang_up(self) -> None:
        """End all connections, as a restarting server does."""
        for end in self._ends.values():
            end.transport.abort()

    def accept(self, questions: StreamReader, client: StreamWriter) -> None:
        """Serve a connection."""
        task = asyncio.create_task(self._serve(questions, client))
        self._ends[task] = client
        task.add_done_callback(self._ends.pop)

    async def close(self) -> None:
        """Stop serving all connections."""
        for task in self._ends:
            task.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _serve(self, questions: StreamReader, client: StreamWriter) -> None:
        answers, server = await asyncio.open_unix_connection(self._socket)
        try:
            directions = ((questions, server), (answers, client))
            passing = [asyncio.create_task(self._pass_on(*direction)) for direction in directions]
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
            for task in passing:
                task.cancel()
        finally:
            server.transport.abort()
            client.transport.abort()

    async def _pass_on(self, source: StreamReader, target: StreamWriter) -> None:
        with suppress(OSError):
            while some := await source.read(SIZE):
                await self._whole.wait()
                target.write(some)


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """Run a proxy before a server of `tests.support.postgres`.

    Args:
        url: The address of the server's database.
    """
    wire = Wire(Path(url.partition("host=")[2]) / ".s.PGSQL.5432")
    server = await asyncio.start_server(wire.accept, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.close()
