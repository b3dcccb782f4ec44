"""Starts detached tasks, and ends them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog

Result = TypeVar("Result")
Job = Callable[[], Awaitable[object]]
"""What runs as long as a bot does, in a task of its own."""

CANCEL = 0.5
"""Seconds after which a cancelled task is cancelled again if it has not ended."""
PAUSE = 5.0
"""Seconds before a job that failed is started again."""

log = structlog.get_logger(__name__)

_started: set[asyncio.Future[Any]] = set()


def start(
    work: Awaitable[Result],
    *,
    among: set[asyncio.Future[Result]] | None = None,
    awaited: bool = False,
) -> asyncio.Future[Result]:
    """Start a task beside the running one; `make lint` forbids asyncio's own functions for that.

    A set holds the task until it ends, because the event loop keeps weak references only (asyncio,
    `create_task`). `asyncio.run` cancels the tasks that are left when the process ends.

    Args:
        work: The work of the task.
        among: A set of the caller's that holds the task until it ends, None for a common one.
        awaited: Whether the caller awaits the task and so gets its error. If not, an error is
            logged as `task_failed`.
    """
    task = asyncio.ensure_future(work)
    kept: set[asyncio.Future[Any]] = _started if among is None else among
    kept.add(task)
    task.add_done_callback(kept.discard)
    if not awaited:
        task.add_done_callback(_log_failure)
    return task


def _log_failure(task: asyncio.Future[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("task_failed", exc_info=error)


async def run_until(stop: asyncio.Event, *jobs: Job) -> None:
    """Run jobs until an event is set, then cancel those that still run.

    Args:
        stop: The event.
        jobs: The jobs, each for a task of its own.

    Raises:
        Exception: What the first job that failed has raised.
    """
    stopped: asyncio.Future[object] = start(stop.wait(), awaited=True)
    running = {stopped, *(start(job(), awaited=True) for job in jobs)}
    try:
        while not stopped.done():
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        await finish(running, within=0)


async def keep(job: Job) -> None:
    """Do a job; if it fails, log that and start it again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("job_failed", again_in=PAUSE)
            await asyncio.sleep(PAUSE)
        else:
            return


async def finish(tasks: Iterable[asyncio.Future[Any]], within: float) -> None:
    """Wait for tasks to end, and cancel those that are still running after a time.

    It cancels them again until all have ended, because a library may swallow a cancellation. If
    the caller is cancelled, `finish` cancels the tasks at once and keeps waiting for them.

    Args:
        tasks: The tasks. Their results and errors are ignored.
        within: Seconds before the first cancellation.

    Raises:
        CancelledError: The caller was cancelled; all tasks have ended.
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
