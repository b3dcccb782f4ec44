"""Two workers by webhook share each counter, also if one of them falls behind or freezes."""

import asyncio
import itertools
import random
from collections.abc import Coroutine
from typing import Any

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.dice import dice
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.workers import Workers

_update_ids = itertools.count(1_000_000)


@pytest.fixture
async def ann(hooked: Playground, workers: Workers) -> Person:  # noqa: ARG001 - they serve her
    return await hooked.person("Ann", language_code="en")


def press(person: Person, message: Message, label: str) -> dict[str, Any]:
    """Make the update of a press, as Telegram posts it."""
    update_id = next(_update_ids)
    query = {
        "id": str(update_id),
        "from": person.user.json,
        "message": message.json,
        "chat_instance": "1",
        "data": message.button(label).callback_data,
    }
    return {"update_id": update_id, "callback_query": query}


def counts(call: dict[str, Any]) -> bool:
    """Tell whether an answer is that of a tap that counted, or of the first Confirm."""
    text: str = call.get("text", "Specify the number:")
    # If the disk is busy, the answer to Confirm tells the total.
    return text.startswith(("Specify the number:", "Total:"))


async def values(workers: Workers, person: Person, count: int = 1) -> list[int]:
    """Wait until a person has at least `count` totals; give their values, newest first."""
    return [row["value"] for row in await workers[0].tally.until_totals(person, count)]


async def finish(workers: Workers, person: Person, counter: Message, value: int) -> None:
    """Confirm a counter; see its value in the message, in the total and in the database."""
    await person.until(counter, ending(f"Specify the number: {value}"), timeout=20)
    await person.press(counter, "Confirm", timeout=20)
    await person.until(counter, ending(f"Total: {value}"), timeout=20)
    assert await values(workers, person) == [value]


async def test_fifty_presses_at_once_by_one_person_all_count(ann: Person, workers: Workers) -> None:
    counter = await open_counter(ann)
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=25) for _ in range(50)))
    assert None not in answers
    await finish(workers, ann, counter, 50)


async def test_ten_presses_at_once_by_each_of_five_people_all_count(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    people = [ann, *[await hooked.person(f"P{number}") for number in range(4)]]
    group = await make_group(hooked, people)
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    presses = [person.press(counter, "+1", timeout=25) for person in people for _ in range(10)]
    assert None not in await asyncio.gather(*presses)
    await finish(workers, ann, counter, 50)


async def answers_to(
    playground: Playground, *posts: Coroutine[Any, Any, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Post presses at once; give their answers, in responses or by requests of their own."""
    before = await playground.call_count()
    responses = [response for response in await asyncio.gather(*posts) if response]
    assert {response["method"] for response in responses} <= {"answerCallbackQuery"}
    calls = await playground.calls("answerCallbackQuery", after=before)
    return responses + [call.params for call in calls]


async def test_an_update_posted_to_both_workers_at_once_counts_once(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    counter = await open_counter(ann)
    for _ in range(10):
        tap = press(ann, counter, "+1")
        posts = [worker.post(tap) for worker in workers * 2]
        assert len(await answers_to(hooked, *posts)) == len(posts)
    await finish(workers, ann, counter, 10)


async def test_five_confirms_at_once_are_one_total(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    confirms = [press(ann, counter, "Confirm") for _ in range(5)]
    posts = [worker.post(update) for worker, update in zip(workers * 3, confirms, strict=False)]
    answers = await answers_to(hooked, *posts)
    assert len(answers) == len(posts)
    assert sum(map(counts, answers)) == 1
    await ann.until(counter, text="Total: 1")
    assert await values(workers, ann) == [1]


async def test_taps_that_race_confirm_are_in_the_total_or_refused(
    hooked: Playground, ann: Person, workers: Workers
) -> None:
    one, two = workers
    totals: list[int] = []
    for _ in range(10):
        counter = await open_counter(ann)
        taps = [press(ann, counter, "+1") for _ in range(4)]
        posts = [worker.post(tap) for worker, tap in zip((one, two) * 2, taps, strict=True)]
        posts.insert(2, two.post(press(ann, counter, "Confirm")))
        answers = await answers_to(hooked, *posts)
        assert len(answers) == len(posts)
        counted = sum(counts(answer) for answer in answers) - 1  # the Confirm
        await ann.until(counter, text=f"Total: {counted}", timeout=20)
        totals.insert(0, counted)
    assert await values(workers, ann, 10) == totals


async def test_repeated_and_reordered_updates_count_once_also_after_a_restart(
    ann: Person, workers: Workers
) -> None:
    throw = dice()
    counter = await open_counter(ann)
    taps = [press(ann, counter, "+1") for _ in range(40)]
    await asyncio.gather(*posted(throw, workers, taps[:20] * 3))
    for worker in workers:
        await worker.tally.kill()
    await asyncio.gather(*(worker.tally.start() for worker in workers))
    await asyncio.gather(*posted(throw, workers, taps * 3))
    await finish(workers, ann, counter, 40)


def posted(throw: random.Random, workers: Workers, updates: list[dict[str, Any]]) -> list[Any]:
    """Post updates in random order, each to a random worker."""
    shuffled = throw.sample(updates, len(updates))
    return [throw.choice(workers).post(update) for update in shuffled]


async def test_a_late_commit_of_a_frozen_worker_is_refused_and_its_update_done_again(
    ann: Person, workers: Workers
) -> None:
    one, _ = workers
    counter = await open_counter(ann)
    one.gate.close()
    presses = [asyncio.create_task(ann.press(counter, "+1", timeout=25)) for _ in range(4)]
    async with asyncio.timeout(START):
        await one.gate.held.wait()
    with one.tally.frozen():
        # After 2 s the balancer gives up on the frozen worker, and Telegram posts to the other.
        assert None not in await asyncio.gather(*presses)
        await ann.until(counter, text="Specify the number: 4", timeout=20)
        one.gate.open()
    await one.tally.until_logged("update_repeated")
    await ann.press(counter, "+1", timeout=20)
    await finish(workers, ann, counter, 5)
