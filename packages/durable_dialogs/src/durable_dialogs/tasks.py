"""Ending tasks."""

import asyncio
from collections.abc import Iterable
from typing import Any

CANCEL = 0.5
"""Seconds after which a task that was cancelled is cancelled again."""


async def finish(tasks: Iterable[asyncio.Future[Any]], within: float) -> None:
    """Wait for tasks to end, and cancel what is left of them after that.

    Again until they end: a library on the way may swallow a cancellation. Who is cancelled
    while waiting waits on, as that hurries the tasks, too.

    Args:
        tasks: The tasks; how they end is of no interest.
        within: Seconds that they have.
    """
    left, cancelled = set(tasks), None
    while left:
        try:
            _, left = await asyncio.wait(left, timeout=within)
        except asyncio.CancelledError as error:
            left, cancelled = {task for task in left if not task.done()}, error
        for task in left:
            task.cancel()
        within = CANCEL
    if cancelled:
        raise cancelled
