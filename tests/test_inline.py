"""Counters in any chat: posted through inline mode, tapped by everybody, each tap once."""

import asyncio

import pytest

from playground import Group, Message, Person, Playground, PlaygroundError
from tests.tally import Tally


@pytest.fixture
async def friends(own_playground: Playground, own_tally: Tally) -> tuple[Group, list[Person]]:
    """Give a group that the bot is not in, and its members."""
    await own_playground.switch(inline=True, inline_feedback=True)
    await own_tally.start()
    people = [await own_playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan", "Eve")]
    return await own_playground.group("Friends", members=people, bot="left"), people


async def post(person: Person, chat: Group, label: str = "") -> Message:
    """Have a person post a counter."""
    asked = await person.ask(label)
    return await person.choose(asked, asked["results"][0]["id"], chat=chat)


async def test_everybody_taps_and_only_who_posted_confirms(
    own_tally: Tally, friends: tuple[Group, list[Person]]
) -> None:
    group, (ann, boris, *_) = friends
    counter = await post(ann, group, "<tea> & cake")
    assert counter.text == "<tea> & cake\nSpecify the number: 0"
    assert counter.labels == [["-1", "+1"], ["Confirm", "Cancel"]]
    await boris.press(counter, "+1")
    await ann.press(counter, "+1")
    await boris.press(counter, "-1")
    await boris.press(counter, "+1")
    await ann.until(counter, text="<tea> & cake\nSpecify the number: 2")
    for label in ("Confirm", "Cancel"):
        refused = await boris.press(counter, label)
        assert refused is not None
        assert refused.text == "Only who posted this counter may do that"
    await own_tally.kill()
    await own_tally.start()
    await ann.press(counter, "Confirm")
    closed = await ann.until(counter, text="<tea> & cake\nTotal: 2")
    assert closed.labels == []
    (row,) = own_tally.totals(ann)
    assert (row["kind"], row["chat_id"], row["label"], row["value"]) == (
        "inline",
        None,
        "<tea> & cake",
        2,
    )
    late = await ann.press(counter, data=counter.button("+1").callback_data)
    assert late is not None
    assert late.show_alert
    assert own_tally.totals(boris) == []


async def test_fifty_taps_at_once_and_repeated_ones_count_once_each(
    own_playground: Playground, own_tally: Tally, friends: tuple[Group, list[Person]]
) -> None:
    group, people = friends
    counter = await post(people[0], group)
    answers = await asyncio.gather(
        *(person.press(counter, "+1", timeout=30) for person in people for _ in range(10))
    )
    assert None not in answers
    await own_playground.repeat()
    await own_tally.kill()
    await own_playground.repeat()
    for person in people:
        await person.press(counter, "+1", timeout=0)
    await own_tally.start()
    await people[0].until(counter, text="Specify the number: 55", timeout=30)
    data = counter.button("Confirm").callback_data
    confirms = [people[0].press(counter, data=data, timeout=30) for _ in range(5)]
    assert None not in await asyncio.gather(*confirms)
    await people[0].until(counter, text="Total: 55")
    assert [row["value"] for row in own_tally.totals(people[0])] == [55]


async def test_fifty_taps_at_once_by_one_person(friends: tuple[Group, list[Person]]) -> None:
    group, (ann, *_) = friends
    counter = await post(ann, group)
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=30) for _ in range(50)))
    assert None not in answers
    await ann.until(counter, text="Specify the number: 50", timeout=30)


async def test_taps_that_race_confirm_are_in_the_total_or_refused(
    own_tally: Tally, friends: tuple[Group, list[Person]]
) -> None:
    group, people = friends
    counter = await post(people[0], group)
    presses = [person.press(counter, "+1", timeout=30) for person in people]
    presses.insert(2, people[0].press(counter, "Confirm", timeout=30))
    answers = [answer.text or "" for answer in await asyncio.gather(*presses) if answer]
    assert len(answers) == len(presses)
    # The Confirm is answered without a word, as are most taps that count.
    counted = sum(not text or text.startswith("Specify the number:") for text in answers) - 1
    await people[0].until(counter, text=f"Total: {counted}", timeout=20)
    await own_tally.until_totals(people[0], 1)
    assert [row["value"] for row in own_tally.totals(people[0])] == [counted]


async def test_forged_presses_change_nothing(friends: tuple[Group, list[Person]]) -> None:
    group, (ann, boris, *_) = friends
    counter, other = await post(ann, group), await post(ann, group)
    await ann.press(counter, "+1")
    real = counter.button("+1").callback_data or ""
    foreign = other.button("+1").callback_data or ""
    for data in (real[:-1] + "7", real[:-1] + "-1", real[:-1], foreign, "inline:made-up:1", "\x1d"):
        answer = await boris.press(counter, data=data)
        assert answer is not None
        assert answer.text
    await boris.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")


async def test_without_feedback_the_first_press_tells_whose_counter_it_is(
    own_playground: Playground, own_tally: Tally, friends: tuple[Group, list[Person]]
) -> None:
    await own_playground.switch(inline_feedback=False)
    group, (ann, boris, *_) = friends
    counter = await post(ann, group, "x" * 256)
    assert (counter.text or "").partition("\n")[0] == "x" * 64
    await boris.press(counter, "Confirm")
    assert own_tally.totals(boris) == []
    await ann.press(counter, "Confirm")
    assert [row["value"] for row in own_tally.totals(ann)] == [0]
    with pytest.raises(PlaygroundError):
        await ann.ask("x" * 257)
