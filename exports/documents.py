"""Files that are made to be sent, and are nowhere else."""

import asyncio
from collections.abc import AsyncGenerator
from typing import BinaryIO

from aiogram import Bot
from aiogram.types import InputFile
from typing_extensions import override


class Document(InputFile):
    """A file without a name on the disk: a kill leaves nothing of it behind.

    Args:
        content: What is in it.
        filename: What it is called where it arrives.
    """

    def __init__(self, content: BinaryIO, filename: str) -> None:
        super().__init__(filename)
        self._content = content

    @override
    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        """Give what is in it, from the beginning each time."""
        await asyncio.to_thread(self._content.seek, 0)
        while chunk := await asyncio.to_thread(self._content.read, self.chunk_size):
            yield chunk
