"""A group becomes a supergroup, with another id: totals and open counters go along."""

import asyncio
from pathlib import Path

import pytest

from telegram_playground import Answer, Group, Message, Person, Playground
from tests.support.dice import dice
from tests.support.groups import ending, make_group
from tests.support.holding import Gate
from tests.support.keyboards import receive_at_last
from tests.support.nursery import START
from tests.support.tally import Tally
from tests.support.workers import two_workers

DAY = 24 * 60 * 60


async def counter_in(person: Person, group: Group, command: str, taps: int = 0) -> Message:
    """Open a named counter in a group and tap it up."""
    await person.send(command, chat=group)
    counter = await receive_at_last(person, command.split()[1], group)
    for _ in range(taps):
        await person.press(counter, "+1", timeout=START)
    return counter


async def find(person: Person, group: Group, label: str) -> Message:
    """Wait for a counter by its label, and give the last message that shows it."""

    def shows(message: Message) -> bool:
        return (message.text or "").startswith(f"{label}\n")

    async with asyncio.timeout(START):
        while not (found := [message for message in await group.messages() if shows(message)]):
            await asyncio.sleep(0.02)
    return await person.until(found[-1], shows)


async def until_moved(tally: Tally, person: Person, group: Group, count: int) -> None:
    """Wait until the database has `count` totals of a person, all of them in this group."""
    async with asyncio.timeout(START):
        while [row["chat_id"] for row in tally.totals(person)] != [group.id] * count:
            await asyncio.sleep(0.02)


@pytest.fixture
async def people(own_playground: Playground) -> tuple[Person, Person]:
    """Give two people."""
    ann, boris = [await own_playground.person(name) for name in ("Ann", "Boris")]
    return ann, boris


async def test_totals_and_open_counters_go_along(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person]
) -> None:
    ann, boris = people
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    saved = await counter_in(ann, old, "/numbers saved", taps=1)
    await ann.press(saved, "Confirm")
    await own_tally.until_totals(ann, 1)
    tea = await counter_in(ann, old, "/numbers tea", taps=2)
    await boris.press(tea, "+1")
    await counter_in(boris, old, "/numbers_fab_own cake", taps=1)
    new = await old.upgrade()
    tea_there = await find(ann, new, "tea")
    assert tea_there.text == "tea\n+2 · Ann\n+1 · Boris\nSpecify the number: 3"
    cake = await find(ann, new, "cake")
    assert cake.text == "cake\nBoris alone taps\nSpecify the number: 1"
    await until_moved(own_tally, ann, new, 1)
    # A press on an old message does not count any more, and its answer says so.
    answer = await boris.press(tea, "+1")
    assert answer is not None
    assert (answer.text or "").startswith("This one has ended")
    await boris.press(tea_there, "+1")
    await ann.until(tea_there, ending("Specify the number: 4"))
    await ann.send("/counters", chat=new)
    listed = await find(ann, new, "Your open counters in this chat")
    assert "1. tea: 4" in (listed.text or "").splitlines()
    await ann.press(tea_there, "Confirm")
    await boris.press(cake, "Confirm")
    await until_moved(own_tally, ann, new, 2)
    await until_moved(own_tally, boris, new, 1)
    assert [row["value"] for row in own_tally.totals(ann)] == [4, 1]
    assert {call.error for call in await own_playground.refusals()} <= {
        "Bad Request: group chat was upgraded to a supergroup chat"
    }


async def test_told_of_again_it_moves_nothing_again(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person]
) -> None:
    ann, _ = people
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    await counter_in(ann, old, "/numbers tea", taps=1)
    new = await old.upgrade()
    tea = await find(ann, new, "tea")
    await ann.press(tea, "+1")
    for update in await own_playground.updates():
        if update.get("message", {}).keys() & {"migrate_to_chat_id", "migrate_from_chat_id"}:
            await own_playground.repeat(update["update_id"])
    await own_playground.until_pending(0)
    await ann.press(tea, "Confirm")
    await ann.until(tea, ending("Total: 2"))
    await until_moved(own_tally, ann, new, 1)
    assert [message.text for message in await new.messages() if message.text] == [
        "tea\n+2 · Ann\nTotal: 2"
    ]


async def test_by_two_workers_each_counter_is_posted_once(
    own_playground: Playground, people: tuple[Person, Person], tmp_path: Path
) -> None:
    ann, _ = people
    async with two_workers(own_playground, tmp_path) as (one, _):
        old = await make_group(own_playground, people, type="group")
        labels = ["c0", "c1", "c2"]
        for label in labels:
            await counter_in(ann, old, f"/numbers {label}", taps=1)
        new = await old.upgrade()
        for label in labels:
            counter = await find(ann, new, label)
            await ann.press(counter, "Confirm", timeout=START)
            await ann.until(counter, ending("Total: 1"), timeout=START)
        await until_moved(one.tally, ann, new, len(labels))
        texts = [message.text for message in await new.messages() if message.text]
        assert sorted(texts) == [f"{label}\n+1 · Ann\nTotal: 1" for label in labels]


@pytest.mark.thorough
async def test_killed_again_and_again_on_the_way_it_arrives_whole(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person]
) -> None:
    throw = dice()
    ann, boris = people
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    labels = ["c0", "c1", "c2"]
    for taps, label in enumerate(labels):
        await counter_in(ann, old, f"/numbers {label}", taps=taps)
    confirmed = await counter_in(boris, old, "/numbers confirmed", taps=1)
    async with own_tally.locked_database():
        await boris.press(confirmed, "Confirm", timeout=0)
        await own_playground.until_pending(0, timeout=START)
        new = await old.upgrade()
        for _ in range(2):
            await asyncio.sleep(throw.uniform(0, 0.2))
            await own_tally.kill()
            await own_tally.begin()
            await asyncio.sleep(throw.uniform(0, 2))
        await own_tally.kill()
    await own_tally.start()
    for taps, label in enumerate(labels):
        counter = await find(ann, new, label)
        await ann.press(counter, "+1", timeout=START)
        await ann.until(counter, ending(f"Specify the number: {taps + 1}"), timeout=START)
        await ann.press(counter, "Confirm", timeout=START)
    await until_moved(own_tally, boris, new, 1)
    await until_moved(own_tally, ann, new, len(labels))
    assert [row["value"] for row in own_tally.totals(ann)] == [3, 2, 1]


@pytest.mark.thorough
async def test_killed_when_everything_is_taken_and_nothing_arrived_it_arrives(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person], gate: Gate
) -> None:
    ann, _ = people
    own_tally.settings["REDIS_URL"] = gate.url
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    tea = await counter_in(ann, old, "/numbers tea", taps=3)
    gate.close()
    new = await old.upgrade()
    async with asyncio.timeout(START):
        await gate.held.wait()
    await own_tally.kill()
    gate.open()
    await own_tally.start()
    tea = await find(ann, new, "tea")
    await ann.press(tea, "+1", timeout=START)
    await ann.until(tea, ending("Specify the number: 4"), timeout=START)


@pytest.mark.thorough
async def test_while_the_database_is_away_counters_go_along_and_totals_follow(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person]
) -> None:
    ann, boris = people
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    saved = await counter_in(ann, old, "/numbers saved", taps=1)
    late = await counter_in(ann, old, "/numbers late", taps=2)
    await counter_in(boris, old, "/numbers tea", taps=3)
    await ann.press(saved, "Confirm")
    await own_tally.until_totals(ann, 1)
    async with own_tally.locked_database():
        answer = await ann.press(late, "Confirm", timeout=START)
        assert answer == Answer("Total: 2. It is saved as soon as the database is back.")
        new = await old.upgrade()
        tea = await find(boris, new, "tea")
        await boris.press(tea, "Confirm", timeout=START)
        await boris.until(tea, ending("Total: 3"), timeout=START)
    await until_moved(own_tally, ann, new, 2)
    await until_moved(own_tally, boris, new, 1)
    assert sorted(row["value"] for row in own_tally.totals(ann)) == [1, 2]


async def test_a_group_whose_upgrade_nobody_told_of_is_followed_at_the_next_tap(
    own_playground: Playground, own_tally: Tally, people: tuple[Person, Person]
) -> None:
    ann, _ = people
    await own_tally.start()
    old = await make_group(own_playground, people, type="group")
    saved = await counter_in(ann, old, "/numbers saved", taps=1)
    await ann.press(saved, "Confirm")
    tea = await counter_in(ann, old, "/numbers tea", taps=1)
    await own_tally.until_totals(ann, 1)
    assert await own_tally.stop() == 0
    new = await old.upgrade()
    await own_playground.advance(2 * DAY)
    await own_tally.start()
    await ann.press(tea, "+1", timeout=START)
    tea = await find(ann, new, "tea")
    await ann.until(tea, ending("Specify the number: 2"), timeout=START)
    await until_moved(own_tally, ann, new, 1)
