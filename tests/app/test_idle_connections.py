"""A server stops in time, although clients keep silent connections to it open.

Since Python 3.12.1 `asyncio.Server.wait_closed` waits until every connection has ended.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from redis.asyncio import Redis

from durable_dialogs.intake.webhook import HEADER
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from playground_support.own_process import serving as playground_process
from telegram_playground import Playground
from tests.app.test_webhook import by_webhook
from tests.promises.test_stop import LIMIT, stop_in_time
from tests.support.holding import Gate, holding
from tests.support.tally import Tally
from web.server import serving
from web.webhook import secret_of

HOST = b"Host: 127.0.0.1\r\n"
LARGE = 64 << 20
"""Bytes of an answer that is too large for the buffers between server and client."""

Connections = list[tuple[StreamReader, StreamWriter]]


@asynccontextmanager
async def connected(address: str, *requests: bytes, answered: int) -> AsyncIterator[Connections]:
    """Keep connections open during the block, and send no more on them than these requests.

    Args:
        address: The server's address.
        *requests: The requests, each on a connection of its own. One more connection sends nothing.
        answered: The number of requests, the first ones, that are complete and get an answer.
    """
    place = urlsplit(address)
    connections: Connections = []
    async with AsyncExitStack() as ends:
        for said in (*requests, b""):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            ends.callback(writer.transport.abort)
            writer.write(said)
            connections.append((reader, writer))
        for reader, _ in connections[:answered]:
            assert (await reader.readline()).startswith(b"HTTP/1.1 ")
        yield connections


async def test_the_web_server() -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=bytes(LARGE))

    app = web.Application()
    app.router.add_route("*", "/large", answer)
    said = (
        b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /large HTTP/1.1\r\n" + HOST,
        b"POST /large HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nhalf",
    )
    async with AsyncExitStack() as server:
        port = await server.enter_async_context(serving(app, "127.0.0.1", 0, finish=0.1))
        async with connected(f"http://127.0.0.1:{port}", *said, answered=2):
            async with asyncio.timeout(LIMIT):
                await server.aclose()


async def test_the_playground() -> None:
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(Playground())
        async with connected(own.url, *asked_of(own.token), answered=2), asyncio.timeout(LIMIT):
            await stack.aclose()


async def test_the_playground_as_a_process() -> None:
    token = "1234567:playground"
    async with (
        playground_process("--token", token) as (url, process),
        connected(url, *asked_of(token), answered=2),
        asyncio.timeout(LIMIT),
    ):
        process.terminate()
        assert await process.wait() == 0


def asked_of(token: str) -> tuple[bytes, ...]:
    """Give requests to a playground: a call, the page's stream, a long poll, half a call."""
    call = b"POST /bot" + token.encode() + b"/%s HTTP/1.1\r\n" + HOST
    return (
        call % b"getMe" + b"Content-Length: 0\r\n\r\n",
        b"GET /page/events HTTP/1.1\r\n" + HOST + b"\r\n",
        call % b"getUpdates" + b"Content-Length: 10\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntimeout=50",
        call % b"getMe" + b"Content-Length: 9\r\n\r\nhalf",
    )


@pytest.mark.parametrize("workers", [1, 2])
async def test_the_bot_by_webhook(own_playground: Playground, tmp_path: Path, workers: int) -> None:
    arguments = ["--workers", str(workers)] if workers > 1 else []
    own = Tally.on(own_playground, tmp_path / "data", *arguments)
    address = by_webhook(own)
    secret = f"{HEADER}: {secret_of(own_playground.token)}\r\n".encode()
    post = b"POST /webhook HTTP/1.1\r\n" + HOST + secret
    said = (
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
        post,
        post + b"Content-Length: 9\r\n\r\nhalf",
    )
    async with own.running(workers), connected(address, *said, answered=1):
        await stop_in_time(own)


async def test_the_embedded_valkey(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with Redis.from_url(valkey.url) as idle:
        await idle.ping()
        async with asyncio.timeout(LIMIT):
            await valkey.stop()


async def test_the_gate_of_the_tests(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with AsyncExitStack() as stack:
        gate: Gate = await stack.enter_async_context(holding(valkey.url.removeprefix("unix://")))
        async with Redis.from_url(gate.url) as idle:
            await idle.ping()
            async with asyncio.timeout(LIMIT):
                await stack.aclose()
    await valkey.stop()
