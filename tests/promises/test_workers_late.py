"""Two workers, one of which draws late: what is out of date is drawn over."""

import asyncio
from http import HTTPStatus

import pytest

from telegram_playground import Call, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.promises.test_workers import finish, press
from tests.support.presses import PATIENCE
from tests.support.workers import Workers


@pytest.fixture
async def ann(hooked: Playground, workers: Workers) -> Person:  # noqa: ARG001 - they serve her
    return await hooked.person("Ann", language_code="en")


@pytest.mark.thorough
async def test_the_late_drawing_of_a_frozen_worker_is_drawn_over(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    counter = await open_counter(ann)
    await hooked.trouble("delay", method="editMessageText", seconds=60, times=1)
    before = await hooked.call_count()
    await one.post(press(ann, counter, "+1"))
    await hooked.until_called("editMessageText", after=before)
    with one.tally.frozen():
        await two.post(press(ann, counter, "+1"))
        await ann.until(counter, text="Specify the number: 2", timeout=20)
        await hooked.advance(60)
        await ann.until(counter, text="Specify the number: 1", timeout=20)
        # Once it has been silent for 20 s, the other takes over what it may have drawn.
        await ann.until(counter, text="Specify the number: 2", timeout=40)
    await finish(workers, ann, counter, 2)


async def test_a_drawing_that_a_frozen_worker_begins_late_is_drawn_over(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    counter = await open_counter(ann)
    await hooked.trouble("refuse", method="editMessageText", status=429, retry_after=2, times=1)
    before = await hooked.call_count()
    await one.post(press(ann, counter, "+1"))
    await hooked.until_called("editMessageText", after=before)
    with one.tally.frozen():
        await two.post(press(ann, counter, "+1"))
        await ann.until(counter, text="Specify the number: 2")
    # Thawed, the first draws its 1 now, unless it finds in time that it is out of date.
    await finish(workers, ann, counter, 2)


async def ended(playground: Playground, call: Call) -> Call:
    """Wait until a call is answered, and give it."""
    async with asyncio.timeout(PATIENCE):
        while (answered := await playground.calls(after=call.number - 1))[0].status is None:
            await asyncio.sleep(0.02)
    return answered[0]


async def test_a_late_drawing_is_drawn_over_though_the_other_was_asked_for_its_own_again(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    for worker in workers:
        await worker.tally.until_logged("workers")
    counter = await open_counter(ann)
    await hooked.trouble("delay", method="editMessageText", seconds=60, times=1)
    before = await hooked.call_count()
    await one.post(press(ann, counter, "+1"))
    late = await hooked.until_called("editMessageText", after=before)
    later = press(ann, counter, "+1")
    await two.post(later)
    await ann.until(counter, text="Specify the number: 2", timeout=20)
    await hooked.advance(60)
    # For a moment the message shows that, perhaps too short a one for anybody to see.
    assert (await ended(hooked, late)).status == HTTPStatus.OK
    # It shows just that, as far as it knows, so it draws nothing.
    await two.post(later)
    await ann.until(counter, text="Specify the number: 2", timeout=20)
    await finish(workers, ann, counter, 2)
