"""Detached tasks: their errors are logged, and `finish` ends all of them."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from durable_dialogs.tasks import finish, start


async def test_finish_ends_all_tasks_even_if_its_caller_is_cancelled() -> None:
    begun, swallowed = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await asyncio.Event().wait()
        swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await begun.wait()
    caller = asyncio.create_task(finish([task], within=0))
    async with asyncio.timeout(10):
        await swallowed.wait()
        caller.cancel()
        await asyncio.wait([caller])
    assert caller.cancelled()
    assert task.cancelled()


async def test_a_task_that_fails_is_logged_unless_it_is_awaited() -> None:
    async def fail() -> None:
        raise ValueError("tea")

    with capture_logs() as logs:
        awaited = start(fail(), awaited=True)
        with pytest.raises(ValueError, match="tea"):
            await awaited
        assert logs == []
        beside = start(fail())
        await asyncio.wait([beside])
        await asyncio.sleep(0)
    assert [line["event"] for line in logs] == ["task_failed"]


async def test_a_task_is_in_its_callers_set_until_it_ends() -> None:
    mine = set[asyncio.Future[None]]()
    may_end = asyncio.Event()

    async def wait() -> None:
        await may_end.wait()

    task = start(wait(), among=mine)
    assert mine == {task}
    may_end.set()
    await task
    await asyncio.sleep(0)
    assert mine == set()
