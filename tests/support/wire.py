"""The way to a PostgreSQL server, by TCP, on which everything may come to a halt."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

SIZE = 65536
"""Bytes that are passed on at a time."""


class Wire:
    """Passes bytes on, and while it is cut passes nothing on and tells nobody.

    Args:
        socket: The server's unix socket.

    Attributes:
        port: Where it listens, on 127.0.0.1.
    """

    def __init__(self, socket: Path) -> None:
        self.port = 0
        self._socket = socket
        self._whole = asyncio.Event()
        self._whole.set()
        self._ends: dict[asyncio.Task[None], StreamWriter] = {}

    @property
    def url(self) -> str:
        """The address of the database at its end, to be put into DATABASE_URL."""
        return f"postgresql+asyncpg://tally@127.0.0.1:{self.port}/postgres"

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Have nothing come through meanwhile; what was said then comes later."""
        self._whole.clear()
        try:
            yield
        finally:
            self._whole.set()

    def hang_up(self) -> None:
        """End all connections, as a server does that is started again."""
        for end in self._ends.values():
            end.transport.abort()

    def accept(self, questions: StreamReader, client: StreamWriter) -> None:
        """Serve a connection."""
        task = asyncio.create_task(self._serve(questions, client))
        self._ends[task] = client
        task.add_done_callback(self._ends.pop)

    async def close(self) -> None:
        """End all that is going on."""
        for task in self._ends:
            task.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)

    async def _serve(self, questions: StreamReader, client: StreamWriter) -> None:
        answers, server = await asyncio.open_unix_connection(self._socket)
        try:
            ways = ((questions, server), (answers, client))
            passing = [asyncio.create_task(self._pass_on(*way)) for way in ways]
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
            for way in passing:
                way.cancel()
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
    """Lay one to a server of the tests' own.

    Args:
        url: The address of its database.
    """
    wire = Wire(Path(url.partition("host=")[2]) / ".s.PGSQL.5432")
    server = await asyncio.start_server(wire.accept, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        await wire.close()
