"""Compressed bodies that are small on the wire and huge when decompressed, and other odd bodies."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from playground_support.bombs import CODINGS, SOON, bombs, post, worst_wait
from telegram_playground import Playground
from tests.app.test_webhook import HEADER, SECRET, by_webhook
from tests.support.tally import Tally

KNOWN = {HEADER: SECRET}
PATHS = (
    *("/webhook", "/game", "/game/score", "/login", "/logout", "/app", "/totals"),
    *("/totals/api/list", "/healthz", "/readyz", "/nothing"),
)


@pytest.fixture(scope="module")
async def port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """Give the port of a bot that uses a webhook."""
    async with Playground() as own:
        data = tmp_path_factory.mktemp("bombs") / "data"
        tally = Tally.on(own, data, WEBHOOK_SECRET=SECRET)
        by_webhook(tally)
        async with tally.running():
            yield int(tally.settings["WEB_PORT"])


@pytest.mark.parametrize("path", PATHS)
async def test_a_compressed_body_to_any_path_delays_nobody(port: int, path: str) -> None:
    attack = bombs(port, path)
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON


async def test_a_compressed_body_with_the_secret_delays_nobody(port: int) -> None:
    attack = bombs(port, "/webhook", **KNOWN)
    assert await worst_wait(f"http://127.0.0.1:{port}/healthz", *attack) < SOON


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_body_that_is_compressed_is_refused(port: int, coding: str) -> None:
    body, headers = zlib.compress(b"{}", wbits=31), KNOWN | {"Content-Encoding": coding}
    for path in ("/webhook", "/game/score", "/logout", "/nothing"):
        assert await post(port, path, body, headers) == 415


async def test_a_body_with_the_identity_encoding_is_accepted(port: int) -> None:
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
