"""Crowds: the edits of all chats together stay within Telegram's 30 a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.tally import Tally

SIZE = 120
BEARABLE = 40
"""Edits a second that the playground accepts; more than 30, because the network bunches calls."""
STALL = 3
"""Seconds for which a process is frozen; in that time 90 edits become due."""
FUTURE = 1e11
"""A Unix time in the far future."""
BUNCH = 15
"""Calls that may be refused at most: if the machine stalls, calls that were sent evenly arrive
together."""


@dataclass
class Crowd:
    """People with a counter each, who all tap at the same time.

    Attributes:
        playground: Their playground.
        tally: Their bot.
        people: The people and their counters.
        taps: The number of taps of each person.
    """

    playground: Playground
    tally: Tally
    people: list[tuple[Person, Message]]
    taps: int = 0

    async def tap(self) -> None:
        """Have all people tap once, and wait for the answers."""
        self.taps += 1
        presses = (person.press(counter, "+1", timeout=START) for person, counter in self.people)
        assert None not in await asyncio.gather(*presses)

    async def until_drawn(self) -> None:
        """Wait until all counters show all taps."""
        for person, counter in self.people:
            await person.until(counter, text=f"Specify the number: {self.taps}", timeout=START)

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Switch Telegram's limits on during the block; at most `BUNCH` calls may exceed them."""
        before = await self.playground.call_count()
        await self.playground.limit(overall=BEARABLE, chat=1, burst=6, group=20)
        yield
        await self.playground.limit(on=False)
        assert len(await self.playground.refusals(after=before)) <= BUNCH

    async def share(self, workers: int) -> None:
        """Write other workers to the worker registry, so that the bot is one of `workers`."""
        registry = f"tally:{{{self.tally.bot_id}}}:crew"
        async with self.tally.redis() as redis:
            # Their last sign of life lies in the future, so they do not expire.
            await redis.zremrangebyscore(registry, FUTURE, FUTURE)
            for number in range(workers - 1):
                await redis.zadd(registry, {f"other:{number}:0": FUTURE})


async def gather_people(playground: Playground, size: int) -> list[tuple[Person, Message]]:
    """Make people, and have each open a counter."""
    people = [await playground.person(f"P{number}", language_code="en") for number in range(size)]
    return [(person, await open_counter(person)) for person in people]


@pytest.fixture(scope="module")
async def gathered(module_playground: Playground, module_tally: Tally) -> Crowd:
    """Give a crowd with a bot of its own."""
    return Crowd(module_playground, module_tally, await gather_people(module_playground, SIZE))


@pytest.fixture
async def crowd(gathered: Crowd) -> Crowd:
    """Give the crowd once no redraw is pending."""
    await gathered.tally.until_drawn()
    return gathered


async def test_messages_that_a_new_process_does_not_know_wait_for_the_global_rate_limiter(
    crowd: Crowd,
) -> None:
    await crowd.tally.stop()
    await crowd.tally.start()
    async with crowd.limited():
        await crowd.tap()
        await crowd.until_drawn()


@pytest.mark.thorough
async def test_a_process_that_stalled_does_not_catch_up_beyond_the_limit(crowd: Crowd) -> None:
    async with crowd.limited():
        await crowd.tap()
        with crowd.tally.frozen():
            await asyncio.sleep(STALL)
        await crowd.until_drawn()


async def test_windows_of_other_buttons_are_drawn_before_the_waiting_edits(
    crowd: Crowd,
) -> None:
    closing = await gather_people(crowd.playground, 15)
    await crowd.tally.until_drawn()
    async with crowd.tally.logging("workers"):
        await crowd.share(6)
    before = await crowd.playground.call_count()
    await crowd.tap()
    confirms = (person.press(counter, "Confirm", timeout=START) for person, counter in closing)
    assert None not in await asyncio.gather(*confirms)
    for person, counter in closing:
        await person.until(counter, text="Total: 0", timeout=START)
    edits = await crowd.playground.calls("editMessageText", after=before)
    assert len(edits) < SIZE, "no edit was waiting"
    await crowd.share(1)
    await crowd.until_drawn()


async def test_a_stop_draws_what_telegram_allows_and_the_next_start_draws_the_rest(
    crowd: Crowd,
) -> None:
    before = await crowd.playground.call_count()
    async with crowd.tally.logging("workers"):
        await crowd.share(3)
    async with crowd.limited():
        await crowd.tap()
        assert await crowd.tally.stop() == 0
        drawn = len(await crowd.playground.calls("editMessageText", after=before))
    assert drawn < SIZE, "no edit was left for the next start"
    await crowd.tally.start()
    await crowd.share(1)
    await crowd.until_drawn()
    await crowd.tally.until_drawn()
    edits = await crowd.playground.calls("editMessageText", after=before)
    assert len(edits) <= SIZE + drawn // 10, "the start repeated edits"


async def test_all_chats_wait_if_telegram_refuses_several_in_a_row(crowd: Crowd) -> None:
    playground = crowd.playground
    trouble = await playground.trouble(
        "refuse", method="editMessageText", status=429, retry_after=4
    )
    before = await playground.call_count()
    await crowd.tap()
    # Calls that are under way when the first refusals arrive are refused, too.
    refused = await playground.refusals(after=before)
    assert len(refused) <= SIZE / 2
    await playground.calm(trouble)
    async with crowd.limited():
        await crowd.until_drawn()
    edits = await playground.calls("editMessageText", after=before)
    drawn = [edit.time for edit in edits if edit.status == 200]
    assert min(drawn) - min(edit.time for edit in edits) >= 4
