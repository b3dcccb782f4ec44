"""Messages follow their counters with few edits, and no last edit is lost if Telegram fails."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from telegram_playground import Answer, Call, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.presses import SILENT, begin_presses
from tests.support.tally import Tally

PATIENCE = 30.0
"""Seconds that a call may take if it hangs first."""


@pytest.fixture
async def limited(playground: Playground) -> AsyncIterator[Playground]:
    """Give the playground with Telegram's limits."""
    await playground.limit(chat=1, burst=5, group=20)
    yield playground
    await playground.limit(on=False)


async def edits(playground: Playground, counter: Message, after: int = 0) -> list[Call]:
    """Give the edits of a message, also refused ones."""
    return [
        call
        for call in await playground.calls("editMessageText", after=after)
        if call.params["chat_id"] == str(counter.chat.id)
        and call.params["message_id"] == str(counter.message_id)
    ]


async def test_a_hundred_taps_in_a_second_cost_six_edits(limited: Playground, ann: Person) -> None:
    counter = await open_counter(ann)
    began = time.monotonic()
    answers = await asyncio.gather(*begin_presses(ann, counter, "+1", 100))
    took = time.monotonic() - began
    assert None not in answers
    await ann.until(counter, text="Specify the number: 100", timeout=PATIENCE)
    # Four edits at once, then one a second, then the last.
    assert len(await edits(limited, counter)) <= 5 + took


async def tap_until(end: float, person: Person, counter: Message) -> int:
    """Have a person tap ten times a second, each time answered; give the number of taps."""
    taps = 0
    while time.monotonic() < end:
        answer = await person.press(counter, "+1", timeout=PATIENCE)
        assert answer
        assert (answer.text or "Specify the number: ").startswith("Specify the number: ")
        taps += 1
        await asyncio.sleep(0.1)  # the pace of the taps
    return taps


async def tap_by_three(playground: Playground, ann: Person) -> tuple[int, float]:
    """Have three people tap in a group for ten seconds; give the edits made, and those allowed."""
    people = [ann, *[await playground.person(name) for name in ("Boris", "Clara")]]
    group = await make_group(playground, people)
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    began = time.monotonic()
    taps = await asyncio.gather(*(tap_until(began + 10, person, counter) for person in people))
    took = time.monotonic() - began
    await ann.until(counter, ending(f"Specify the number: {sum(taps)}"), timeout=START)
    # Five edits at once, then one every four seconds.
    return len(await edits(playground, counter)), 5 + took / 4


async def test_three_people_tapping_for_ten_seconds_stay_within_a_groups_limits(
    limited: Playground, ann: Person
) -> None:
    made, allowed = await tap_by_three(limited, ann)
    assert made <= allowed + 1, "more than the last edit besides"


async def test_a_throttled_message_follows_later_and_delays_no_other(
    playground: Playground, dora: Person
) -> None:
    other = await playground.person("Boris")
    counter, others = await open_counter(dora), await open_counter(other)
    await playground.trouble(
        "refuse", method="editMessageText", chat=dora.id, status=429, retry_after=10, times=1
    )
    before = await playground.call_count()
    assert await dora.press(counter, "+1", timeout=PATIENCE) == SILENT
    async with asyncio.timeout(PATIENCE):
        while not await playground.refusals(after=before):
            await asyncio.sleep(0.02)
    for value in (2, 3, 4):
        answer = await dora.press(counter, "+1", timeout=PATIENCE)
        assert answer == Answer(f"Specify the number: {value}")
    assert await other.press(others, "+1", timeout=PATIENCE) == SILENT
    await other.until(others, text="Specify the number: 1", timeout=PATIENCE)
    assert len(await edits(playground, counter)) == 1, "the answers waited for the next edit"
    await dora.until(counter, text="Specify the number: 4", timeout=PATIENCE)
    refused, drawn = await edits(playground, counter)
    assert (refused.status, drawn.status) == (429, 200)
    assert drawn.time - refused.time >= 10
    assert drawn.params["text"] == "Specify the number: 4"


@pytest.mark.parametrize("trouble", ["refuse", "cut", "lose"])
async def test_a_failed_edit_is_tried_again_and_delays_no_tap(
    playground: Playground, dora: Person, trouble: str
) -> None:
    counter = await open_counter(dora)
    fault = await playground.trouble(trouble, method="editMessageText", chat=dora.id)
    for value in range(1, 7):
        answer = await dora.press(counter, "+1", timeout=PATIENCE)
        assert answer in {SILENT, Answer(f"Specify the number: {value}")}
    # No edit has succeeded so far, so the answers did not wait for one.
    await playground.calm(fault)
    await dora.until(counter, text="Specify the number: 6", timeout=PATIENCE)


async def test_while_an_edit_hangs_the_answers_tell_the_value(
    playground: Playground, dora: Person
) -> None:
    counter = await open_counter(dora)
    await playground.trouble("hang", method="editMessageText", chat=dora.id, times=1)
    value = 0
    answer: Answer | None = SILENT
    async with asyncio.timeout(PATIENCE):
        while answer == SILENT:
            value += 1
            answer = await dora.press(counter, "+1", timeout=PATIENCE)
    assert answer == Answer(f"Specify the number: {value}")
    assert [call.status for call in await edits(playground, counter)] == [None], "no longer hanging"
    await dora.until(counter, text=f"Specify the number: {value}", timeout=PATIENCE)


async def test_a_person_who_blocked_the_bot_costs_one_refused_call_a_window(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    dora = await own_playground.person("Dora", language_code="en")
    counter = await open_counter(dora)
    await own_playground.trouble("delay", chat=dora.id, seconds=60, times=2)
    before = await own_playground.call_count()
    await dora.press(counter, "+1")
    await dora.send("/numbers")
    for method in ("editMessageText", "sendMessage"):
        await own_playground.until_called(method, after=before)
    await dora.block()
    await own_playground.advance(60)
    await own_tally.until_drawn()
    calls = await own_playground.calls(after=before)
    refused = [call for call in calls if call.params.get("chat_id") == str(dora.id)]
    assert {(call.method, call.status) for call in refused} == {
        ("editMessageText", 403),
        ("sendMessage", 403),
    }
    assert len(refused) == 2
    await dora.unblock()
    await dora.press(counter, "+1")
    await dora.until(counter, text="Specify the number: 2")


async def test_a_start_draws_what_a_kill_left_pending(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await own_playground.trouble("refuse", method="editMessageText")
    for value in (1, 2, 3):
        answer = await ann.press(counter, "+1")
        assert answer in {SILENT, Answer(f"Specify the number: {value}")}
    await own_playground.trouble("hang", method="sendMessage")
    before = await own_playground.call_count()
    await ann.send("/numbers tea")
    await own_playground.until_called("sendMessage", after=before)
    await own_tally.kill()
    await own_playground.calm()
    assert (await ann.read(counter)).text == "Specify the number: 0"
    await own_tally.start()
    await ann.until(counter, text="Specify the number: 3", timeout=PATIENCE)
    tea = await ann.receive(timeout=PATIENCE)
    assert tea.text == "tea\nSpecify the number: 0"
    await ann.press(tea, "+1")
    await ann.until(tea, text="tea\nSpecify the number: 1")
    assert len(await ann.messages()) == 4


async def test_after_a_kill_a_window_is_drawn_that_replaces_one_with_a_pending_edit(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await ann.send("/start")
    menu = await ann.receive()
    first = menu.text
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 0")
    await own_tally.until_drawn()
    await own_playground.trouble("refuse", method="editMessageText", status=429, retry_after=600)
    for label in ("+1", "+1", "Back"):
        await ann.press(menu, label, timeout=PATIENCE)
    boris = await own_playground.person("Boris")
    await open_counter(boris)
    async with asyncio.timeout(PATIENCE), own_tally.redis() as redis:
        # Once his drawn window has left the index, hers is in it because its redraw is pending.
        while str(boris.id) in str(await redis.hkeys(own_tally.redraw_index)):
            await asyncio.sleep(0.02)
    await own_tally.kill()
    await own_playground.calm()
    await own_tally.start()
    await ann.until(menu, text=first or "", timeout=PATIENCE)
