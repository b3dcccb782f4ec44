"""Uploads files as a bot does."""

import struct
import zlib
from io import BytesIO

from aiohttp import FormData

from playground_support.bot_side import BotSide, Json, read


def png(width: int, height: int) -> bytes:
    """Make a black PNG picture; sizes are in pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (height * (1 + (width + 7) // 8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def upload(bot: BotSide, method: str, files: dict[str, bytes], **params: object) -> Json:
    """Make a call as multipart/form-data."""
    form = FormData()
    for name, value in params.items():
        form.add_field(name, str(value))
    for name, data in files.items():
        form.add_field(name, BytesIO(data), filename=f"{name}.png")
    async with bot.session.post(f"{bot.url}/{method}", data=form) as response:
        return await read(response)
