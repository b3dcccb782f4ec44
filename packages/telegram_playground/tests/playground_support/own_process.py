"""Runs `python -m telegram_playground` as a process that ends with the test."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[tuple[str, Process]]:
    """Run the command line on a free port; give address and process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telegram_playground", "--port", "0", *arguments),
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().split()[-1], process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
