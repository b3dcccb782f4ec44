"""Two workers, one of which draws late: its outdated window is drawn over."""

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
async def test_a_late_edit_of_a_frozen_worker_is_drawn_over(
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
        # Once it has been silent for 20 s, the other worker takes over its pending redraws.
        await ann.until(counter, text="Specify the number: 2", timeout=40)
    await finish(workers, ann, counter, 2)


async def test_an_edit_that_a_frozen_worker_begins_late_is_drawn_over(
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
    # The first worker goes on and draws its 1 now.
    await finish(workers, ann, counter, 2)


async def ended(playground: Playground, call: Call) -> Call:
    """Wait until a call is answered; give it with its status."""
    async with asyncio.timeout(PATIENCE):
        while (answered := await playground.calls(after=call.number - 1))[0].status is None:
            await asyncio.sleep(0.02)
    return answered[0]


async def test_a_late_edit_is_drawn_over_although_the_other_worker_had_to_repeat_its_own(
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
    # The message shows 1 now, perhaps too briefly for a test to see it.
    assert (await ended(hooked, late)).status == HTTPStatus.OK
    # As far as the second worker knows, the message shows 2, so it draws nothing.
    await two.post(later)
    await ann.until(counter, text="Specify the number: 2", timeout=20)
    await finish(workers, ann, counter, 2)


async def test_a_late_edit_of_a_counter_is_drawn_over_by_the_menu_that_has_its_message_now(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    for worker in workers:
        await worker.tally.until_logged("workers")
    await ann.send("/start")
    menu = await ann.receive()
    await ann.press(menu, "Counter ±1")
    counter = await ann.until(menu, text="Specify the number: 0")
    for worker in workers:
        await worker.tally.until_drawn()
    await hooked.trouble("delay", method="editMessageText", seconds=60, times=1)
    before = await hooked.call_count()
    await one.post(press(ann, counter, "+1"))
    late = await hooked.until_called("editMessageText", after=before)
    await two.post(press(ann, counter, "Back"))
    await ann.until(menu, text=menu.text, timeout=20)
    await hooked.advance(60)
    assert (await ended(hooked, late)).status == HTTPStatus.OK
    before = await hooked.call_count()
    await hooked.until_called("editMessageText", after=before)
    await ann.until(menu, text=menu.text, timeout=20)
