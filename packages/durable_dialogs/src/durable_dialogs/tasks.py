"""Starting tasks, and ending them."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import structlog

Result = TypeVar("Result")

CANCEL = 0.5
"""Seconds after which a task that was cancelled is cancelled again."""


log = structlog.get_logger(__name__)

_started: set[asyncio.Future[Any]] = set()


def start(
    work: Awaitable[Result],
    *,
    among: set[asyncio.Future[Result]] | None = None,
    awaited: bool = False,
) -> asyncio.Future[Result]:
    """Start a task beside the one that runs; nothing else in Tally starts one.

    The task is kept until it ends, because the event loop itself keeps only weak references
    (asyncio, `create_task`). What is left when the process ends is cancelled by `asyncio.run`.

    Args:
        work: What the task does.
        among: The caller's own tasks; this one is in there until it ends.
        awaited: Whether the caller awaits the task and so hears of its failure. Else a failure
            is logged as `task_failed`.
    """
    task = asyncio.ensure_future(work)
    kept: set[asyncio.Future[Any]] = _started if among is None else among
    kept.add(task)
    task.add_done_callback(kept.discard)
    if not awaited:
        task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Future[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("task_failed", exc_info=error)


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
