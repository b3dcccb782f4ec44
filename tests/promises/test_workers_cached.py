"""Two workers, of which one keeps records in its cache that the other changes."""

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.ops.test_metrics import until_moved
from tests.promises.test_workers import answers_to, finish, press, values
from tests.support.watching import metrics
from tests.support.workers import Workers


@pytest.fixture
async def ann(hooked: Playground, workers: Workers) -> Person:  # noqa: ARG001 - they serve her
    return await hooked.person("Ann", language_code="en")


async def tapped_twice(ann: Person, workers: Workers) -> Message:
    """Open a counter and tap on it twice, so that the first worker has it in its cache."""
    counter = await open_counter(ann)
    for _ in range(2):
        await workers[0].post(press(ann, counter, "+1"))
    await ann.until(counter, text="Specify the number: 2")
    return counter


async def test_a_press_on_a_window_that_the_other_has_closed_is_refused(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    for total in (1, 2):
        counter = await tapped_twice(ann, workers)
        await answers_to(hooked, two.post(press(ann, counter, "Confirm")))
        await ann.until(counter, text="Total: 2")
        late = [one.post(press(ann, counter, label)) for label in ("+1", "Confirm", "Cancel")]
        answers = await answers_to(hooked, *late)
        assert len(answers) == 3
        assert all("has ended" in answer.get("text", "") for answer in answers), answers
        assert (await values(workers, ann, total))[0] == 2


async def test_one_confirm_posted_at_both_is_answered_alike_and_is_one_total(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    for total in range(1, 6):
        counter = await tapped_twice(ann, workers)
        confirm = press(ann, counter, "Confirm")
        posts = [worker.post(confirm) for worker in workers * 2]
        answers = await answers_to(hooked, *posts)
        assert len(answers) == len(posts)
        assert not any("has ended" in answer.get("text", "") for answer in answers)
        await ann.until(counter, text="Total: 2")
        assert await values(workers, ann, total) == [2] * total


async def test_taps_on_both_in_turns_count_all(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    before = [await metrics(worker.tally) for worker in workers]
    counter = await tapped_twice(ann, workers)
    for _ in range(10):
        for worker in workers:
            await worker.post(press(ann, counter, "+1"))
    both = [worker.post(press(ann, counter, "+1")) for worker in workers * 4]
    assert len(await answers_to(hooked, *both)) == len(both)
    await finish(workers, ann, counter, 30)
    # Once in vain: from then on it loads this counter before each press.
    for worker, counted in zip(workers, before, strict=True):
        await until_moved(worker.tally, counted, {"tally_updates_redone_total cached": 1})
