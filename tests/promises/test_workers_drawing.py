"""Two workers draw on one message within Telegram's limits, and the latest window comes last."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import cast

import pytest
from redis.asyncio import Redis

from durable_dialogs.recovery.redraw_checks import SKEW
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.promises.test_rendering import edits, tap_by_three
from tests.promises.test_workers import press
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.workers import Workers

REPAIRS = 2
"""Further edits at the end, one by each worker that got its permit while the other drew."""


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


async def test_a_hundred_taps_in_a_second_cost_as_many_edits_as_with_one_worker(
    limited: Playground, ann: Person
) -> None:
    counter = await open_counter(ann)
    began = time.monotonic()
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=25) for _ in range(100)))
    took = time.monotonic() - began
    assert None not in answers
    await ann.until(counter, text="Specify the number: 100", timeout=START)
    assert len(await edits(limited, counter)) <= 5 + took + REPAIRS


async def test_a_window_that_the_other_worker_has_drawn_since_is_not_drawn_again(
    limited: Playground, ann: Person, workers: Workers
) -> None:
    counter = await open_counter(ann)
    before = await limited.call_count()
    for number, worker in enumerate([*workers, *workers], start=1):
        # Surely later than the other worker's edit: clocks may differ by `SKEW`.
        await asyncio.sleep(SKEW + 0.2)
        await worker.post(press(ann, counter, "+1"))
        await ann.until(counter, text=f"Specify the number: {number}", timeout=START)
    await workers[0].tally.until_drawn()
    assert len(await edits(limited, counter, before)) == 4


async def test_an_answer_tells_the_value_if_the_other_worker_used_up_the_chats_edits(
    limited: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    group = await make_group(limited, [ann])
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    for value in range(1, 5):
        await two.post(press(ann, counter, "+1"))
        await ann.until(counter, ending(f"Specify the number: {value}"), timeout=START)
    await two.post(press(ann, counter, "+1"))
    await two.post(press(ann, counter, "+1"))
    answer = await one.post(press(ann, counter, "+1"))
    assert answer["text"] == "Specify the number: 7"


@pytest.mark.thorough
async def test_three_people_tapping_stay_within_a_groups_limits(
    limited: Playground, ann: Person
) -> None:
    made, allowed = await tap_by_three(limited, ann)
    assert made <= allowed + REPAIRS


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
