"""Tasks are ended to the last, however they and those who end them take it."""

import asyncio
from contextlib import suppress

from durable_dialogs.tasks import finish


async def test_who_is_cancelled_while_ending_tasks_leaves_none_running() -> None:
    begun, swallowed = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await asyncio.Event().wait()
        swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await begun.wait()
    ending = asyncio.create_task(finish([task], within=0))
    async with asyncio.timeout(10):
        await swallowed.wait()
        ending.cancel()
        await asyncio.wait([ending])
    assert ending.cancelled()
    assert task.cancelled()
