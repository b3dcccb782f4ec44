"""Two workers draw on one message, and the last drawing is of the last version."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import cast

import pytest
from redis.asyncio import Redis

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.promises.test_rendering import edits
from tests.promises.test_workers import finish, press
from tests.support.nursery import START
from tests.support.workers import Workers


@pytest.fixture
async def limited(hooked: Playground, workers: Workers) -> AsyncIterator[Playground]:
    """Give the playground with Telegram's limits, and two workers that know of each other."""
    for worker in workers:
        await worker.tally.until_logged("workers")
    await hooked.limit(chat=1, burst=6, group=20)
    yield hooked
    await hooked.limit(on=False)


@pytest.fixture
async def ann(limited: Playground) -> Person:
    return await limited.person("Ann", language_code="en")


async def test_a_hundred_taps_in_a_second_cost_each_worker_as_many_edits_as_one_alone(
    limited: Playground, ann: Person, workers: Workers
) -> None:
    counter = await open_counter(ann)
    began = time.monotonic()
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=25) for _ in range(100)))
    took = time.monotonic() - began
    assert None not in answers
    await ann.until(counter, text="Specify the number: 100", timeout=START)
    for worker in workers:
        await worker.tally.until_drawn()
    # Four edits at once, then one a second, then the last, and once more if another one came last.
    assert len(await edits(limited, counter)) <= len(workers) * (6 + took)
    await ann.until(counter, text="Specify the number: 100", timeout=START)


@pytest.mark.parametrize("pause", [0, 1.5, pytest.param(3.0, marks=pytest.mark.thorough)])
async def test_workers_that_commit_in_turn_do_not_answer_each_others_edits_with_edits(
    hooked: Playground, ann: Person, workers: Workers, pause: float
) -> None:
    counter = await open_counter(ann)
    before = await hooked.call_count()
    for worker in workers * 3:
        await worker.post(press(ann, counter, "+1"))
        await asyncio.sleep(pause)  # the pace of the taps
    await ann.until(counter, text="Specify the number: 6", timeout=START)
    for worker in workers:
        await worker.tally.until_drawn()
    await ann.until(counter, text="Specify the number: 6", timeout=START)
    # Each worker draws its own commits, and at most once more what the other has committed since.
    assert len(await edits(hooked, counter, before)) <= 2 * 6
    settled = await hooked.call_count()
    await ann.press(counter, "+1", timeout=20)
    await finish(workers, ann, counter, 7)
    assert len(await edits(hooked, counter, settled)) <= 4


async def test_a_worker_that_leaves_is_no_longer_registered(ann: Person, workers: Workers) -> None:
    one, two = workers
    counter = await open_counter(ann)
    async with one.tally.logging("workers"):
        await two.tally.stop()
    assert [line["count"] for line in one.tally.logged() if line["event"] == "workers"][-1] == 1
    await ann.press(counter, "+1", timeout=20)
    await ann.until(counter, text="Specify the number: 1")
    async with one.tally.logging("workers"):
        await two.tally.start()


async def names(redis: Redis, key: str) -> list[str]:
    """Give the names of the entries in the redraw index."""
    return [cast("bytes", name).decode() for name in await redis.hkeys(key)]


async def test_a_start_redraws_windows_of_dead_workers_only(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    counter = await open_counter(ann)
    assert await two.tally.stop() == 0
    await hooked.trouble("refuse", method="editMessageText", status=429, retry_after=60, times=1)
    before = await hooked.call_count()
    await one.post(press(ann, counter, "+1"))
    await hooked.until_called("editMessageText", after=before)
    async with asyncio.timeout(START), Redis.from_url(one.gate.url) as redis:
        key = one.tally.redraw_index
        (name,) = [name for name in await names(redis, key) if f":{ann.id}}}" in name]
        # An entry of a dead worker, which would be due much later if the worker lived.
        entry = json.loads(await redis.hget(key, name) or b"") | {"at": time.time() + 1000}
        await redis.hset(key, f"gone:1:0 {name.partition(' ')[2]}?", json.dumps(entry))
        await two.tally.start()
        while any(name.startswith("gone:") for name in await names(redis, key)):
            await asyncio.sleep(0.02)
        assert await redis.hexists(key, name), "the entry of the live worker was taken, too"
    assert len(await edits(hooked, counter, before)) == 1
