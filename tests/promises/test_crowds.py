"""Crowds: all drawings over all chats stay within Telegram's 30 a second, come what may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.promises.test_rendering import until_at_rest
from tests.support.nursery import START
from tests.support.tally import Tally

SIZE = 120
BEARABLE = 40
"""Edits a second that pass, a little more than 30, as calls may catch up with each other."""
STALL = 3
"""Seconds for which a process does nothing; 90 edits come due meanwhile."""
FUTURE = 1e11
"""Seconds since 1970, which nobody lives to see."""
BUNCH = 15
"""Calls that may be refused all the same: on a machine that stalls, what was sent evenly comes
at once."""


@dataclass
class Crowd:
    """People with a counter each, who all tap at the same time.

    Attributes:
        playground: Where they are.
        tally: Their bot.
        people: They, and their counters.
        taps: How often each has tapped.
    """

    playground: Playground
    tally: Tally
    people: list[tuple[Person, Message]]
    taps: int = 0

    async def tap(self) -> None:
        """Have everybody tap, and wait for the answers."""
        self.taps += 1
        presses = (person.press(counter, "+1", timeout=START) for person, counter in self.people)
        assert None not in await asyncio.gather(*presses)

    async def until_drawn(self) -> None:
        """Wait until all counters show all taps."""
        for person, counter in self.people:
            await person.until(counter, text=f"Specify the number: {self.taps}", timeout=START)

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Have Telegram keep to its limits meanwhile, and refuse next to nothing by them."""
        before = await self.playground.call_count()
        await self.playground.limit(overall=BEARABLE, chat=1, burst=6, group=20)
        yield
        await self.playground.limit(on=False)
        assert len(await self.playground.refusals(after=before)) <= BUNCH

    async def share(self, workers: int) -> None:
        """Have the bot believe that it is one of so many workers, once it looks."""
        bot_id = self.tally.settings["BOT_TOKEN"].partition(":")[0]
        crew = f"tally:{{{bot_id}}}:crew"
        async with self.tally.redis() as redis:
            # Their last sign of life lies in the future.
            await redis.zremrangebyscore(crew, FUTURE, FUTURE)
            for number in range(workers - 1):
                await redis.zadd(crew, {f"other:{number}:0": FUTURE})


async def gather_people(playground: Playground, size: int) -> list[tuple[Person, Message]]:
    """Give people with a counter each."""
    people = [await playground.person(f"P{number}", language_code="en") for number in range(size)]
    return [(person, await open_counter(person)) for person in people]


@pytest.fixture(scope="module")
async def playground() -> AsyncIterator[Playground]:
    """Give a playground of the crowd's own."""
    async with Playground() as own:
        yield own


@pytest.fixture(scope="module")
async def gathered(
    playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Crowd]:
    """Give a crowd that has just come."""
    data = tmp_path_factory.mktemp("crowd") / "data"
    tally = Tally(data, BOT_TOKEN=playground.token, BOT_API_URL=playground.url)
    await tally.start()
    yield Crowd(playground, tally, await gather_people(playground, SIZE))
    await tally.clean_up()


@pytest.fixture
async def crowd(gathered: Crowd) -> Crowd:
    """Give the crowd once everything is drawn."""
    await until_at_rest(gathered.tally)
    return gathered


async def test_messages_that_a_new_process_does_not_know_wait_in_line(crowd: Crowd) -> None:
    await crowd.tally.stop()
    await crowd.tally.start()
    async with crowd.limited():
        await crowd.tap()
        await crowd.until_drawn()


@pytest.mark.thorough
async def test_a_process_that_has_stalled_does_not_make_good_for_it(crowd: Crowd) -> None:
    async with crowd.limited():
        await crowd.tap()
        with crowd.tally.frozen():
            await asyncio.sleep(STALL)
        await crowd.until_drawn()


async def test_other_buttons_are_drawn_at_once_and_what_waits_lets_them_pass(
    crowd: Crowd,
) -> None:
    closing = await gather_people(crowd.playground, 15)
    await until_at_rest(crowd.tally)
    async with crowd.tally.logging("workers"):
        await crowd.share(6)
    before = await crowd.playground.call_count()
    await crowd.tap()
    confirms = (person.press(counter, "Confirm", timeout=START) for person, counter in closing)
    assert None not in await asyncio.gather(*confirms)
    for person, counter in closing:
        await person.until(counter, text="Total: 0", timeout=START)
    edits = await crowd.playground.calls("editMessageText", after=before)
    assert len(edits) < SIZE, "nobody has waited meanwhile"
    await crowd.share(1)
    await crowd.until_drawn()


async def test_a_stop_draws_what_telegram_bears_and_the_next_start_the_rest(crowd: Crowd) -> None:
    before = await crowd.playground.call_count()
    async with crowd.tally.logging("workers"):
        await crowd.share(3)
    async with crowd.limited():
        await crowd.tap()
        assert await crowd.tally.stop() == 0
        drawn = len(await crowd.playground.calls("editMessageText", after=before))
    assert drawn < SIZE, "nothing was left to wait"
    await crowd.tally.start()
    await crowd.share(1)
    await crowd.until_drawn()
    await until_at_rest(crowd.tally)
    edits = await crowd.playground.calls("editMessageText", after=before)
    assert len(edits) <= SIZE + drawn // 10, "what was drawn is drawn again"


async def test_where_telegram_refuses_several_chats_in_a_row_all_wait(crowd: Crowd) -> None:
    playground = crowd.playground
    trouble = await playground.trouble(
        "refuse", method="editMessageText", status=429, retry_after=4
    )
    before = await playground.call_count()
    await crowd.tap()
    # What is already on its way when the first refusals arrive is refused as well.
    refused = await playground.refusals(after=before)
    assert len(refused) <= SIZE / 2
    await playground.calm(trouble)
    async with crowd.limited():
        await crowd.until_drawn()
    edits = await playground.calls("editMessageText", after=before)
    drawn = [edit.time for edit in edits if edit.status == 200]
    assert min(drawn) - min(edit.time for edit in edits) >= 4
