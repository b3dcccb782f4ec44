"""Tests that take minutes; only `make soak` runs them."""

import asyncio
import time

import pytest

from telegram_playground import Message, Person, Playground
from tests.support.groups import ending, make_group
from tests.support.tally import Tally

MINUTE = 60.0

pytestmark = pytest.mark.soak


async def tap_for_a_minute(person: Person, counter: Message) -> int:
    """Tap a shared counter three times a second for a minute; give the number of taps."""
    end, taps = time.monotonic() + MINUTE, 0
    while time.monotonic() < end:
        assert await person.press(counter, "+1", timeout=20) is not None
        taps += 1
        await asyncio.sleep(1 / 3)  # a person's pace
    return taps


async def test_a_group_tapped_for_a_minute_costs_twenty_edits_and_counts_every_tap(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    await own_playground.limit(chat=1, burst=5, group=20)
    people = [await own_playground.person(f"P{number}") for number in range(3)]
    group = await make_group(own_playground, people)
    await people[0].send("/numbers", chat=group)
    counter = await people[0].receive(group)
    taps = sum(await asyncio.gather(*(tap_for_a_minute(person, counter) for person in people)))
    edits = await own_playground.calls("editMessageText")
    begin = edits[0].time
    assert len([edit for edit in edits if edit.time < begin + MINUTE]) <= 20
    await people[0].until(counter, ending(f"Specify the number: {taps}"), timeout=20)
    assert await own_playground.refusals() == []
    await own_playground.limit(on=False)
    await people[0].press(counter, "Confirm")
    await people[0].until(counter, ending(f"Total: {taps}"))
    assert [row["value"] for row in own_tally.totals(people[0])] == [taps]
