"""Compressed bodies that are small, and huge when they are inflated."""

import asyncio
import time
import zlib
from collections.abc import Awaitable

from aiohttp import ClientSession

START = 60.0
"""Seconds that an attack may take on a busy machine."""

SOON = 1.0
"""Seconds in which a request is answered during an attack; one bomb takes longer to inflate."""

GIGABYTE = 1 << 30
PART = 16 << 20
CODINGS = ("gzip", "deflate", "GZip", "br", "zstd", "gzip, gzip", "identity, gzip", "tea")


def bomb(coding: str) -> bytes:
    """Compress a gigabyte of zeros to less than a megabyte, without the checksum at its end."""
    compressor = zlib.compressobj(9, wbits=15 if coding == "deflate" else 31)
    head = compressor.compress(bytes(PART)) + compressor.flush(zlib.Z_FULL_FLUSH)
    part = compressor.compress(bytes(PART)) + compressor.flush(zlib.Z_FULL_FLUSH)
    body = head + part * (GIGABYTE // PART - 1)
    assert len(body) < 1 << 20
    return body


GZIP, DEFLATE = bomb("gzip"), bomb("deflate")


async def post(
    port: int, path: str, body: bytes, headers: dict[str, str], *, chunked: bool = False
) -> int:
    """Post a body to its end, even if the answer comes earlier; return the status."""
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
    """Make the requests of four bombs: gzip and deflate, whole and chunked."""
    return [
        post(port, path, body, {**headers, "Content-Encoding": coding}, chunked=chunked)
        for body, coding in ((GZIP, "gzip"), (DEFLATE, "deflate"))
        for chunked in (False, True)
    ]


async def worst_wait(url: str, *attack: Awaitable[object]) -> float:
    """Request an address again and again during an attack; return the longest wait in seconds."""
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
