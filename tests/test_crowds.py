"""Crowds: all drawings over all chats stay within Telegram's 30 a second, come what may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from playground import Message, Person, Playground
from tests.nursery import START
from tests.tally import Tally
from tests.test_away import SILENT
from tests.test_counter import open_counter
from tests.test_rendering import until_at_rest

Crowd = list[tuple[Person, Message]]

BEARABLE = 40
"""Edits a second that pass, a little more than 30, as calls may catch up with each other."""
BUNCH = 15
"""Calls that may be refused all the same: on a machine that stalls, what was sent evenly comes
at once."""


async def gather_crowd(playground: Playground, size: int) -> Crowd:
    """Give people with a counter each."""
    people = [await playground.person(f"P{number}", language_code="en") for number in range(size)]
    return [(person, await open_counter(person)) for person in people]


@asynccontextmanager
async def limited(playground: Playground) -> AsyncIterator[None]:
    """Have Telegram keep to its limits meanwhile, and refuse next to nothing by them."""
    before = await playground.call_count()
    await playground.limit(overall=BEARABLE, chat=1, burst=6, group=20)
    yield
    await playground.limit(on=False)
    assert len(await playground.refusals(after=before)) <= BUNCH


async def tap(crowd: Crowd) -> None:
    """Have everybody tap at the same time."""
    await asyncio.gather(*(person.press(counter, "+1", timeout=START) for person, counter in crowd))


async def until_drawn(crowd: Crowd, value: int = 1) -> None:
    """Wait until all counters show a value."""
    for person, counter in crowd:
        await person.until(counter, text=f"Specify the number: {value}", timeout=START)


@pytest.fixture
async def running(own_tally: Tally) -> Tally:
    """Give a running bot of the test's own."""
    return await own_tally.start()


async def test_messages_that_a_new_process_does_not_know_wait_in_line(
    own_playground: Playground, running: Tally
) -> None:
    crowd = await gather_crowd(own_playground, 90)
    await until_at_rest(running)
    await running.stop()
    await running.start()
    async with limited(own_playground):
        await tap(crowd)
        await until_drawn(crowd)


async def test_other_buttons_are_drawn_at_once_and_what_waits_lets_them_pass(
    own_playground: Playground, running: Tally
) -> None:
    crowd = await gather_crowd(own_playground, 150)
    await until_at_rest(running)
    tapping, confirming = crowd[:110], crowd[110:]
    before = await own_playground.call_count()
    await tap(tapping)
    confirms = (person.press(counter, "Confirm") for person, counter in confirming)
    await asyncio.gather(*confirms)
    await until_drawn(tapping)
    edits = await own_playground.calls("editMessageText", after=before)
    chats = [int(edit.params["chat_id"]) for edit in edits]
    confirmed = {person.id for person, _ in confirming}
    last_confirmed = max(place for place, chat in enumerate(chats) if chat in confirmed)
    # Before those whom it took some moments to answer, not after all who wait.
    assert last_confirmed < len(crowd) - 20
    # 30 at once, and the others in their time, those that were confirmed among them; some may
    # come late to the first or the last of it on a machine that stalls.
    assert edits[-1].time - edits[0].time >= (len(crowd) - 30) / 30 / 2


async def test_a_stop_draws_what_telegram_bears_and_the_next_start_the_rest(
    own_playground: Playground, running: Tally
) -> None:
    crowd = await gather_crowd(own_playground, 150)
    await until_at_rest(running)
    before = await own_playground.call_count()
    async with limited(own_playground):
        await tap(crowd)
        assert await running.stop() == 0
        drawn = len(await own_playground.calls("editMessageText", after=before))
    assert drawn < len(crowd), "nothing was left to wait"
    await running.start()
    await until_drawn(crowd)
    await until_at_rest(running)
    edits = await own_playground.calls("editMessageText", after=before)
    assert len(edits) <= len(crowd) + drawn // 10, "what was drawn is drawn again"


async def test_where_telegram_refuses_several_chats_in_a_row_all_wait(
    own_playground: Playground, running: Tally
) -> None:
    crowd = await gather_crowd(own_playground, 90)
    await until_at_rest(running)
    trouble = await own_playground.trouble(
        "refuse", method="editMessageText", status=429, retry_after=4
    )
    before = await own_playground.call_count()
    await tap(crowd)
    # What is already on its way when the first refusals arrive is refused as well.
    refused = await own_playground.refusals(after=before)
    assert len(refused) <= 35
    await own_playground.calm(trouble)
    async with limited(own_playground):
        await until_drawn(crowd)
    edits = await own_playground.calls("editMessageText", after=before)
    drawn = [edit.time for edit in edits if edit.status == 200]
    assert min(drawn) - min(edit.time for edit in edits) >= 4


async def test_an_idle_bot_draws_at_once_however_many_workers_there_are(
    own_playground: Playground, running: Tally
) -> None:
    ann = await own_playground.person("Ann", language_code="en")
    counter = await open_counter(ann)
    bot_id = running.settings["BOT_TOKEN"].partition(":")[0]
    async with running.redis() as redis, running.logging("crew"):
        for number in range(63):
            await redis.zadd(f"tally:{{{bot_id}}}:crew", {f"other:{number}:0": 1e11})
    assert running.logged()[-1]["size"] == 64
    await until_at_rest(running)
    assert await ann.press(counter, "+1") == SILENT
    await ann.until(counter, text="Specify the number: 1", timeout=1)
