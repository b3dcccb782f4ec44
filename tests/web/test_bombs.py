"""Bodies that are small on the way and huge when they are inflated, and others that are odd."""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Awaitable

import pytest
from aiohttp import ClientSession

from telegram_playground import Playground
from tests.app.test_webhook import HEADER, SECRET, by_webhook
from tests.support.nursery import START
from tests.support.tally import Tally

SOON = 1.0
"""Seconds in which /healthz is answered, on a busy machine, whatever is posted meanwhile. Each of
the bombs below takes the server several seconds if it is inflated."""
KNOWN = {HEADER: SECRET}
GIGABYTE = 1 << 30
PART = 16 << 20
PATHS = (
    *("/webhook", "/game", "/game/score", "/login", "/logout", "/app", "/totals"),
    *("/totals/api/list", "/healthz", "/readyz", "/nothing"),
)
CODINGS = ("gzip", "deflate", "GZip", "br", "zstd", "gzip, gzip", "identity, gzip", "tea")


def bomb(coding: str) -> bytes:
    """Give a gigabyte of zeros as less than a megabyte, but for a checksum at its end."""
    compressor = zlib.compressobj(9, wbits=15 if coding == "deflate" else 31)
    head = compressor.compress(bytes(PART)) + compressor.flush(zlib.Z_FULL_FLUSH)
    part = compressor.compress(bytes(PART)) + compressor.flush(zlib.Z_FULL_FLUSH)
    body = head + part * (GIGABYTE // PART - 1)
    assert len(body) < 1 << 20
    return body


GZIP, DEFLATE = bomb("gzip"), bomb("deflate")


@pytest.fixture(scope="module")
async def port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """Give the port of a bot that anybody may post to."""
    async with Playground() as own:
        data = tmp_path_factory.mktemp("bombs") / "data"
        tally = Tally(data, BOT_TOKEN=own.token, BOT_API_URL=own.url, WEBHOOK_SECRET=SECRET)
        by_webhook(tally)
        await tally.start()
        yield int(tally.settings["WEB_PORT"])
        await tally.clean_up()


async def post(
    port: int, path: str, body: bytes, headers: dict[str, str], *, chunked: bool = False
) -> int:
    """Post a body whole, whatever is answered meanwhile; give the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"Host": "127.0.0.1", "Connection": "close", **headers}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        headers["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    try:
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        await reader.read()
    finally:
        writer.close()
    return status


def bombs(port: int, path: str, **headers: str) -> list[Awaitable[int]]:
    """Post four bombs at once."""
    return [
        post(port, path, body, {**headers, "Content-Encoding": coding}, chunked=chunked)
        for body, coding in ((GZIP, "gzip"), (DEFLATE, "deflate"))
        for chunked in (False, True)
    ]


async def worst_wait(url: str, *attack: Awaitable[object]) -> float:
    """Give the most seconds that a question took while all of these were under way."""
    worst, attacking = 0.0, asyncio.gather(*attack)
    async with asyncio.timeout(START), ClientSession() as session:
        while True:
            begin = time.monotonic()
            async with session.get(url) as answer:
                assert answer.status == 200
            worst = max(worst, time.monotonic() - begin)
            if attacking.done():
                break
            await asyncio.sleep(0.001)
    await attacking
    return worst


@pytest.mark.parametrize("path", PATHS)
async def test_a_bomb_stalls_nobody_whatever_path_it_is_sent_to(port: int, path: str) -> None:
    attack = bombs(port, path)
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON


async def test_a_bomb_with_the_secret_stalls_nobody_either(port: int) -> None:
    attack = bombs(port, "/webhook", **KNOWN)
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_body_that_is_compressed_is_refused(port: int, coding: str) -> None:
    body, headers = zlib.compress(b"{}", wbits=31), KNOWN | {"Content-Encoding": coding}
    for path in ("/webhook", "/game/score", "/logout", "/nothing"):
        assert await post(port, path, body, headers) == 415


async def test_a_body_that_is_said_not_to_be_compressed_is_taken(port: int) -> None:
    headers = KNOWN | {"Content-Encoding": "identity"}
    assert await post(port, "/webhook", b'{"update_id": 1, "message": 7}', headers) == 200


async def test_large_bodies_and_headers_stall_nobody(port: int) -> None:
    large = bytes(4 << 20)
    odd = [{"X-Tea": "t" * 100_000}, {f"X-{number}": "tea" * 100 for number in range(200)}]
    attack = [
        *(post(port, path, large, KNOWN, chunked=True) for path in PATHS),
        *(post(port, path, b"", headers) for path in PATHS for headers in odd),
    ]
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON


async def test_bodies_that_come_slowly_stall_nobody(port: int) -> None:
    async def dribble() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /webhook HTTP/1.1\r\nHost: tea\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(20):
            writer.write(b" ")
            await asyncio.sleep(0.05)
        writer.transport.abort()

    attack = [dribble() for _ in range(200)]
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON
