"""Inline counters: posted in any chat, tapped by everybody, each tap counted once."""

import asyncio
from typing import TypeAlias

import pytest

from telegram_playground import Group, Message, Person, Playground, PlaygroundError
from tests.dialogs.test_counter import open_counter
from tests.support.choosing import choose
from tests.support.tally import Tally

Friends: TypeAlias = tuple[Group, list[Person]]
"""A group that the bot is not in, and its members."""


async def meet(playground: Playground) -> Friends:
    """Give a group of people who are new to the bot."""
    people = [await playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan", "Eve")]
    return await playground.group("Friends", members=people, bot="left"), people


@pytest.fixture
async def own_friends(own_playground: Playground, own_tally: Tally) -> Friends:
    """Give such a group on the test's own playground."""
    await own_playground.switch(inline=True, inline_feedback=True)
    await own_tally.start()
    return await meet(own_playground)


@pytest.fixture
async def friends(inline_playground: Playground, inline_tally: Tally) -> Friends:  # noqa: ARG001 - it serves them
    """Give such a group on the shared playground."""
    return await meet(inline_playground)


async def post(person: Person, chat: Group, label: str = "") -> Message:
    """Let a person post a counter."""
    asked = await person.ask(label)
    return await person.choose(asked, asked["results"][0]["id"], chat=chat)


async def test_a_counter_that_was_just_posted_is_not_drawn_again(
    own_playground: Playground, own_tally: Tally, own_friends: Friends
) -> None:
    group, people = own_friends
    before = await own_playground.call_count()
    counters = [await post(person, group, f"tea {person.id}") for person in people]
    await own_playground.until_pending(0)
    await own_tally.until_drawn()
    assert await own_playground.calls("editMessageText", after=before) == []
    assert await own_playground.refusals(after=before) == []
    for person, counter in zip(people, counters, strict=True):
        await person.press(counter, "+1")
        await person.until(counter, text=f"tea {person.id}\nSpecify the number: 1")
    # After a repeated report the counter is drawn with its current value, not as it was posted.
    chosen = [each for each in await own_playground.updates() if "chosen_inline_result" in each]
    await own_playground.repeat(chosen[-1]["update_id"])
    await own_playground.until_pending(0)
    await own_tally.until_drawn()
    shown = await people[-1].read(counters[-1])
    assert shown.text == f"tea {people[-1].id}\nSpecify the number: 1"
    assert await own_playground.refusals(after=before) == []


async def test_a_counter_posted_in_the_posters_former_language_is_drawn(
    own_playground: Playground, own_friends: Friends
) -> None:
    group, (ann, *_) = own_friends
    asked = await ann.ask("tea")
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Language", "Русский")
    counter = await ann.choose(asked, asked["results"][0]["id"], chat=group)
    assert counter.text == "tea\nSpecify the number: 0"
    await ann.until(counter, text="tea\nУкажите число: 0")
    assert await own_playground.refusals() == []


async def test_everybody_taps_and_only_the_poster_confirms(
    own_tally: Tally, own_friends: Friends
) -> None:
    group, (ann, boris, *_) = own_friends
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
    await ann.press(counter, "Confirm", timeout=30)
    closed = await ann.until(counter, text="<tea> & cake\nTotal: 2")
    assert closed.labels == []
    (row,) = await own_tally.until_totals(ann, 1)
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
    own_playground: Playground, own_tally: Tally, own_friends: Friends
) -> None:
    group, people = own_friends
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
    assert [row["value"] for row in await own_tally.until_totals(people[0], 1)] == [55]


async def test_fifty_taps_at_once_by_one_person(friends: Friends) -> None:
    group, (ann, *_) = friends
    counter = await post(ann, group)
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=30) for _ in range(50)))
    assert None not in answers
    await ann.until(counter, text="Specify the number: 50", timeout=30)


async def test_taps_that_race_confirm_are_in_the_total_or_refused(
    inline_tally: Tally, friends: Friends
) -> None:
    group, people = friends
    counter = await post(people[0], group)
    presses = [person.press(counter, "+1", timeout=30) for person in people]
    presses.insert(2, people[0].press(counter, "Confirm", timeout=30))
    answers = [answer.text or "" for answer in await asyncio.gather(*presses) if answer]
    assert len(answers) == len(presses)
    # Confirm is answered silently, like most taps that count, or with the total.
    counting = ("Specify the number:", "Total:")
    counted = sum(not text or text.startswith(counting) for text in answers) - 1
    await people[0].until(counter, text=f"Total: {counted}", timeout=20)
    rows = await inline_tally.until_totals(people[0], 1)
    assert [row["value"] for row in rows] == [counted]


async def test_the_same_words_typed_again_fill_nothing_and_their_counters_are_apart(
    inline_tally: Tally, friends: Friends
) -> None:
    group, (ann, *_) = friends
    words = "a name that only this test types"
    for _ in range(5):
        await ann.ask(words)
    first, second = await post(ann, group, words), await post(ann, group, words)
    async with inline_tally.redis() as redis:
        drafts = [str(await redis.get(key)) async for key in redis.scan_iter("*:draft:*")]
    assert sum(words in draft for draft in drafts) == 1
    await ann.press(first, "+1")
    await ann.press(second, "-1")
    await ann.until(first, text=f"{words}\nSpecify the number: 1")
    await ann.until(second, text=f"{words}\nSpecify the number: -1")
    refused = await ann.press(first, data=second.button("+1").callback_data)
    assert refused is not None
    assert refused.text


async def test_forged_presses_change_nothing(friends: Friends) -> None:
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
    own_playground: Playground, own_tally: Tally, own_friends: Friends
) -> None:
    await own_playground.switch(inline_feedback=False)
    group, (ann, boris, *_) = own_friends
    counter = await post(ann, group, "x" * 256)
    assert (counter.text or "").partition("\n")[0] == "x" * 64
    await boris.press(counter, "Confirm")
    assert own_tally.totals(boris) == []
    await ann.press(counter, "Confirm")
    assert [row["value"] for row in await own_tally.until_totals(ann, 1)] == [0]
    with pytest.raises(PlaygroundError):
        await ann.ask("x" * 257)
