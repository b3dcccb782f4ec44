"""Two workers by webhook, each chat owned by one of them, which may be killed or stopped."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.handlers.test_inline import post
from tests.promises.test_rendering import edits, tap_by_three
from tests.promises.test_workers import answers_to, counts, finish, press
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.watching import metrics
from tests.support.workers import Worker, Workers, two_workers

DONE = "tally_updates_total callback_query done"
PASSED_ON = "tally_updates_passed_on_total answered"
CONFLICTS = "tally_updates_redone_total conflict"


@pytest.fixture
async def workers(
    request: pytest.FixtureRequest, own_playground: Playground, tmp_path: Path
) -> AsyncIterator[Workers]:
    """Give two workers that know each other's address, by default that of a Unix socket."""
    await own_playground.switch(inline=True)
    peers = getattr(request, "param", "unix")
    async with two_workers(own_playground, tmp_path, WORKER_PEERS=peers) as pair:
        for worker in pair:
            await until_known(worker)
        yield pair


async def until_known(worker: Worker) -> None:
    """Wait until a worker knows the other one's address."""
    async with asyncio.timeout(START):
        while not any(line.get("reachable") == 1 for line in worker.tally.logged()):
            await asyncio.sleep(0.02)


@pytest.fixture
async def ann(own_playground: Playground) -> Person:
    return await own_playground.person("Ann", language_code="en")


async def presses_of(worker: Worker) -> float:
    """Give how many presses a worker has carried out."""
    return (await metrics(worker.tally))[DONE]


async def owner_first(workers: Workers, ann: Person) -> Workers:
    """Have a person open a counter and tap it through both; give its owner and the other worker."""
    counter = await open_counter(ann)
    before = [await presses_of(worker) for worker in workers]
    for worker in workers:
        assert counts(await worker.post(press(ann, counter, "+1")))
    done = [await presses_of(worker) - was for worker, was in zip(workers, before, strict=True)]
    assert sorted(done) == [0, 2]
    one, two = workers
    return (one, two) if done[0] else (two, one)


@pytest.mark.parametrize("workers", ["unix", "tcp://127.0.0.1"], indirect=True)
async def test_taps_through_both_are_all_done_by_the_owner(
    own_playground: Playground, ann: Person, workers: Workers
) -> None:
    people = [ann, *[await own_playground.person(f"P{number}") for number in range(4)]]
    group = await make_group(own_playground, people)
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    taps = [press(person, counter, "+1") for person in people for _ in range(10)]
    posts = [workers[number % 2].post(tap) for number, tap in enumerate(taps)]
    assert len(await answers_to(own_playground, *posts)) == len(taps)
    done = [await presses_of(worker) for worker in workers]
    assert sorted(done) == [0, 50]
    passed_on = [(await metrics(worker.tally))[PASSED_ON] for worker in workers]
    assert passed_on[done.index(0)] >= 25
    assert [(await metrics(worker.tally))[CONFLICTS] for worker in workers] == [0, 0]
    await finish(workers, ann, counter, 50)


async def test_taps_on_an_inline_counter_cause_no_conflict(
    own_playground: Playground, ann: Person, workers: Workers
) -> None:
    people = [ann, *[await own_playground.person(f"P{number}") for number in range(9)]]
    group = await own_playground.group("Friends", members=people, bot="left")
    counter = await post(ann, group)
    presses = [person.press(counter, "+1", timeout=25) for person in people for _ in range(5)]
    assert None not in await asyncio.gather(*presses)
    assert sorted([await presses_of(worker) for worker in workers]) == [0, 50]
    assert [(await metrics(worker.tally))[CONFLICTS] for worker in workers] == [0, 0]
    await finish(workers, ann, counter, 50)


async def test_a_repeated_update_counts_once_wherever_it_comes(
    own_playground: Playground, ann: Person, workers: Workers
) -> None:
    counter = await open_counter(ann)
    for _ in range(10):
        tap = press(ann, counter, "+1")
        posts = [worker.post(tap) for worker in workers * 2]
        assert len(await answers_to(own_playground, *posts)) == len(posts)
    assert [(await metrics(worker.tally))[CONFLICTS] for worker in workers] == [0, 0]
    await finish(workers, ann, counter, 10)


async def test_the_owner_is_killed_while_it_carries_out_updates_of_the_other(
    own_playground: Playground, ann: Person, workers: Workers
) -> None:
    owner, other = await owner_first(workers, ann)
    counter = await open_counter(ann)
    owner.gate.close()
    taps = [press(ann, counter, "+1") for _ in range(20)]
    posted = asyncio.create_task(answers_to(own_playground, *[other.post(tap) for tap in taps]))
    async with asyncio.timeout(START):
        await owner.gate.held.wait()
    await owner.tally.kill()
    answers = await posted
    assert len(answers) == len(taps)
    assert all(map(counts, answers))
    again = await answers_to(own_playground, *[other.post(tap) for tap in taps])
    assert len(again) == len(taps)
    await ann.until(counter, text="Specify the number: 20", timeout=START)
    owner.gate.open()
    await owner.tally.start()
    assert counts(await owner.post(press(ann, counter, "+1")))
    await finish(workers, ann, counter, 21)


async def test_the_owner_is_stopped_while_it_carries_out_updates_of_the_other(
    own_playground: Playground, ann: Person, workers: Workers
) -> None:
    owner, other = await owner_first(workers, ann)
    counter = await open_counter(ann)
    owner.gate.close()
    taps = [press(ann, counter, "+1") for _ in range(20)]
    posted = asyncio.create_task(answers_to(own_playground, *[other.post(tap) for tap in taps]))
    async with asyncio.timeout(START):
        await owner.gate.held.wait()
    with owner.tally.frozen():
        answers = await posted
        assert len(answers) == len(taps)
        assert all(map(counts, answers))
        # The owner is left out now, so this one waits for nobody.
        assert counts(await other.post(press(ann, counter, "+1")))
        await ann.until(counter, text="Specify the number: 21", timeout=START)
        owner.gate.open()
    await owner.tally.until_logged("update_repeated")
    await finish(workers, ann, counter, 21)


@pytest.fixture
async def limited(own_playground: Playground) -> AsyncIterator[Playground]:
    """Give the playground with Telegram's limits."""
    await own_playground.limit(chat=1, burst=6, group=20)
    yield own_playground
    await own_playground.limit(on=False)


@pytest.mark.usefixtures("workers")
async def test_a_hundred_taps_in_a_second_cost_as_many_edits_as_with_one_worker(
    limited: Playground, ann: Person
) -> None:
    counter = await open_counter(ann)
    began = time.monotonic()
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=25) for _ in range(100)))
    took = time.monotonic() - began
    assert None not in answers
    await ann.until(counter, text="Specify the number: 100", timeout=START)
    # Four edits at once, then one a second, then the last.
    assert len(await edits(limited, counter)) <= 5 + took


@pytest.mark.thorough
@pytest.mark.usefixtures("workers")
async def test_three_people_tapping_stay_within_a_groups_limits(
    limited: Playground, ann: Person
) -> None:
    made, allowed = await tap_by_three(limited, ann)
    assert made <= allowed + 1, "more than the last edit besides"


async def test_an_answer_tells_the_value_if_the_chats_edits_are_used_up(
    limited: Playground, ann: Person, workers: Workers
) -> None:
    group = await make_group(limited, [ann])
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    turns = itertools.cycle(workers)
    for value in range(1, 5):
        await next(turns).post(press(ann, counter, "+1"))
        await ann.until(counter, ending(f"Specify the number: {value}"), timeout=START)
    answers = [await next(turns).post(press(ann, counter, "+1")) for _ in range(3)]
    assert answers[-1]["text"] == "Specify the number: 7"
