"""An HTTP proxy and a SOCKS5 proxy. Only they can look up the name of the tests' Telegram."""

import asyncio
import base64
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HOST = "telegram.test"
"""The name of the tests' Telegram, which no resolver knows (RFC 6761)."""
SIZE = 65536

Serve = Callable[[StreamReader, StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class ForwardProxy:
    """A proxy.

    Attributes:
        target: The port on this machine to which it connects for `HOST`.
        login: The login that clients must send, `user:password`; None if they need none.
        asked: The host and port of each connection or request that clients asked for.
        refused: The number of clients without the right login.
        is_broken: Whether it ends each connection at once.
        ended: The number of connections that it has ended at once.
    """

    target: int
    login: str | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    refused: int = 0
    is_broken: bool = False
    ended: int = 0
    _open: set[StreamWriter] = field(default_factory=set)

    def break_off(self) -> None:
        """Cut all open connections, and be broken from now on."""
        self.is_broken = True
        for writer in self._open:
            writer.transport.abort()

    async def http(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve a client of an HTTP proxy (RFC 9110, sections 7.7 and 9.3.6)."""
        if self.is_broken:
            self.ended += 1
            return
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, *_ = head.decode().split()
        expected = f"Basic {base64.b64encode((self.login or '').encode()).decode()}"
        if self.login and f"proxy-authorization: {expected}".lower() not in head.decode().lower():
            self.refused += 1
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        self.asked.append((parts.hostname or "", parts.port or 80))
        if method == "CONNECT":
            # In two pieces, because a network may split an answer.
            writer.write(b"HTTP/1.1 200 Connection")
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(b" established\r\n\r\n")
            head = b""
        await self._pass_on(reader, writer, head)

    async def socks5(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Serve a client of a SOCKS5 proxy (RFC 1928; the login: RFC 1929)."""
        if self.is_broken:
            self.ended += 1
            return
        _, count = await reader.readexactly(2)
        wanted = 2 if self.login else 0
        if wanted not in await reader.readexactly(count):
            self.refused += 1
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if self.login:
            await reader.readexactly(1)
            said = [await reader.readexactly((await reader.readexactly(1))[0]) for _ in range(2)]
            if b":".join(said).decode() != self.login:
                self.refused += 1
                writer.write(b"\x01\x01")
                return
            writer.write(b"\x01\x00")
        _, _, _, kind, length = await reader.readexactly(5)
        assert kind == 3, "the proxy must look up the name"
        name = (await reader.readexactly(length)).decode()
        self.asked.append((name, int.from_bytes(await reader.readexactly(2), "big")))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await self._pass_on(reader, writer, b"")

    async def _pass_on(self, reader: StreamReader, writer: StreamWriter, first: bytes) -> None:
        self._open.add(writer)
        try:
            await relay(reader, writer, self.target, first)
        finally:
            self._open.discard(writer)


async def relay(
    reader: StreamReader, writer: StreamWriter, target: int, first: bytes = b""
) -> None:
    """Pass the bytes of a client on to a port of this machine, and the answers back."""
    back, there = await asyncio.open_connection("127.0.0.1", target)
    there.write(first)
    copying = [
        asyncio.create_task(_copy(source, sink))
        for source, sink in ((reader, there), (back, writer))
    ]
    try:
        await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in copying:
            task.cancel()
        await asyncio.gather(*copying, return_exceptions=True)
        there.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(SIZE):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def listening(serve: Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Listen on a free port, and give the port.

    Args:
        serve: Serves a client.
        context: The certificate, None to listen without TLS.
    """
    clients: set[asyncio.Task[None]] = set()

    async def accept(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        clients.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await serve(reader, writer)
                await writer.drain()
        finally:
            clients.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
