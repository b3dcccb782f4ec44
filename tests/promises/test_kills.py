"""kill -9 at any moment: each press counts once, and a total is one row.

TALLY_KILLS sets how many kills a storm has, TALLY_SEED when they come.
"""

import asyncio
import os
import random

import pytest

from telegram_playground import Message, Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.handlers.test_inline import post
from tests.support.dice import dice
from tests.support.groups import ending, make_group
from tests.support.holding import Gate
from tests.support.nursery import START
from tests.support.tally import Tally

KILLS = int(os.environ.get("TALLY_KILLS", "5"))
BURST = 5
"""Presses of each person at the moment of a kill."""


async def tap(
    person: Person, counters: list[Message], throw: random.Random, over: asyncio.Event
) -> list[Message]:
    """Tap random counters at random moments until `over`; give the counter of each tap."""
    tapped: list[Message] = []
    while not over.is_set():
        counter = throw.choice(counters)
        await person.press(counter, "+1", timeout=0)
        tapped.append(counter)
        await asyncio.sleep(throw.uniform(0, 0.3))
    return tapped


async def kill_and_start(tally: Tally, throw: random.Random) -> None:
    """Kill the bot and start it; sometimes kill it again while it starts."""
    await tally.kill()
    while throw.random() < 1 / 3:
        await tally.begin()
        await asyncio.sleep(throw.uniform(0, 2.5))
        await tally.kill()
    await tally.start()


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_each_press_counts_once_under_repeated_kills(
    own_playground: Playground, own_tally: Tally, *, webhook: bool
) -> None:
    throw, over = dice(), asyncio.Event()
    if webhook:
        by_webhook(own_tally)
    # Without feedback the first press creates the posted counter, and a kill may interrupt that.
    await own_playground.switch(inline=True, inline_feedback=not webhook)
    await own_tally.start()
    people = [await own_playground.person(f"P{number}") for number in range(4)]
    group = await make_group(own_playground, people)
    await people[0].send("/numbers shared", chat=group)
    shared = await people[0].receive(group)
    elsewhere = await own_playground.group("Elsewhere", members=people, bot="left")
    posted = await post(people[0], elsewhere, "posted")
    counters = [await open_counter(person, f"/numbers {person.id}") for person in people]
    tapping = [
        asyncio.create_task(tap(person, [counter, shared, posted], throw, over))
        for person, counter in zip(people, counters, strict=True)
    ]
    for _ in range(KILLS):
        await asyncio.sleep(throw.uniform(0, 2))
        # All at once, so that the kill hits presses in each stage.
        presses = [(person, counter) for person in people for counter in [shared, posted] * BURST]
        throw.shuffle(presses)
        await asyncio.gather(*(person.press(each, "+1", timeout=0) for person, each in presses))
        await asyncio.sleep(throw.uniform(0, 0.05))
        await kill_and_start(own_tally, throw)
    over.set()
    tapped = [message.chat.id for task in tapping for message in await task]
    tapped += [shared.chat.id, posted.chat.id] * len(people) * BURST * KILLS
    await own_playground.until_pending(0, timeout=60)
    openers = [*people, people[0], people[0]]
    for number, (person, counter) in enumerate(
        zip(openers, [*counters, shared, posted], strict=True), start=1
    ):
        value = tapped.count(counter.chat.id)
        label = (counter.text or "").splitlines()[0]
        await person.until(counter, ending(f"Specify the number: {value}"), timeout=30)
        await person.press(counter, "Confirm", timeout=20)
        await person.until(counter, ending(f"Total: {value}"), timeout=30)
        rows = await own_tally.until_totals(person, openers[:number].count(person))
        assert [row["value"] for row in rows if row["label"] == label] == [value]


async def test_a_total_confirmed_during_a_kill_is_one_row(
    own_playground: Playground, own_tally: Tally
) -> None:
    throw = dice()
    await own_playground.switch(inline=True)
    await own_tally.start()
    people = [await own_playground.person(f"P{number}") for number in range(20)]
    group = await own_playground.group("Elsewhere", members=people, bot="left")
    for _ in range((KILLS + 4) // 5):
        counters = [await open_counter(person) for person in people[:10]]
        counters += [await post(person, group) for person in people[10:]]
        for person, counter in zip(people, counters, strict=True):
            await person.press(counter, "+1", timeout=20)
            await person.press(counter, "Confirm", timeout=0)
        await asyncio.sleep(throw.uniform(0, 0.2))
        await own_tally.kill()
        await own_tally.start()
        for person, counter in zip(people, counters, strict=True):
            await person.until(counter, text="Total: 1", timeout=20)
    for person in people:
        await own_tally.until_totals(person, (KILLS + 4) // 5)
    assert {row["value"] for person in people for row in own_tally.totals(person)} == {1}


async def test_after_a_kill_during_a_commit_the_row_is_saved_and_the_message_drawn(
    own_playground: Playground, own_tally: Tally, gate: Gate
) -> None:
    own_tally.settings["REDIS_URL"] = gate.url
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    confirm = counter.button("Confirm").callback_data
    gate.close()
    await ann.press(counter, data=confirm, timeout=0)
    async with asyncio.timeout(START):
        await gate.held.wait()
    await own_tally.kill()
    gate.open()
    assert own_tally.totals(ann) == []
    await own_tally.start()
    await ann.until(counter, text="Total: 1", timeout=20)
    await own_tally.until_totals(ann, 1)
    await ann.press(counter, data=confirm)
    await own_playground.until_pending(0)
    assert [row["value"] for row in own_tally.totals(ann)] == [1]


async def test_a_total_confirmed_while_the_database_is_locked_is_one_row_after_a_kill(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    confirm = counter.button("Confirm").callback_data
    async with own_tally.locked_database():
        answer = await ann.press(counter, "Confirm")
        assert answer is not None
        assert answer.text == "Total: 0. It is saved as soon as the database is back."
        await own_tally.kill()
        await ann.press(counter, data=confirm, timeout=0)
    assert own_tally.totals(ann) == []
    await own_tally.start()
    await own_tally.until_totals(ann, 1)
    await own_playground.repeat()
    await ann.press(counter, data=confirm)
    assert [row["value"] for row in own_tally.totals(ann)] == [0]
