"""A temporary file as a document to upload."""

import asyncio
from collections.abc import AsyncGenerator
from typing import BinaryIO

from aiogram import Bot
from aiogram.types import InputFile
from typing_extensions import override


class Document(InputFile):
    """An open file to upload. It has no name on the disk, so a kill leaves nothing behind.

    Args:
        content: The file.
        filename: The name that the receiver sees.
    """

    def __init__(self, content: BinaryIO, filename: str) -> None:
        super().__init__(filename)
        self._content = content

    @override
    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        """Read the file in chunks, each time from the beginning."""
        await asyncio.to_thread(self._content.seek, 0)
        while chunk := await asyncio.to_thread(self._content.read, self.chunk_size):
            yield chunk
