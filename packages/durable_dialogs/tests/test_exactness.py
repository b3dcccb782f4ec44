"""Each press counts once: bots as processes, while something goes wrong.

One worker polls; two get their updates by webhook and pass them on to the owners of their chats.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.exactness import (
    LONG,
    TROUBLES,
    Trouble,
    kills,
    order_twice,
    press_all,
    repeats,
    until_ordered,
)
from durable_support.examples import EXAMPLES, Example
from durable_support.workers import two_workers
from telegram_playground import Person, Playground

BACKGROUND = Path(__file__).with_name("durable_support") / "background.py"


@asynccontextmanager
async def one_worker(
    path: Path, playground: Playground, redis_url: str, folder: Path
) -> AsyncIterator[list[Example]]:
    """Run an example as it is."""
    example = Example(path, playground, folder, REDIS_URL=redis_url)
    await example.start()
    try:
        yield [example]
    finally:
        await example.stop()


Run = Callable[[Path, Playground, str, Path], AbstractAsyncContextManager[Sequence[Example]]]
RUNS: dict[int, Run] = {1: one_worker, 2: two_workers}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bot runs.

    Attributes:
        playground: Telegram.
        redis: Redis.
        redis_url: Its address.
        folder: A folder for the bot's files.
    """

    playground: Playground
    redis: Redis
    redis_url: str
    folder: Path

    def run(self, path: Path, workers: int) -> AbstractAsyncContextManager[Sequence[Example]]:
        """Run a bot with a number of workers."""
        return RUNS[workers](path, self.playground, self.redis_url, self.folder)


@pytest.fixture
def place(playground: Playground, valkey: EmbeddedValkey, redis: Redis, tmp_path: Path) -> Place:
    """Return a place of this test alone."""
    return Place(playground, redis, valkey.url, tmp_path)


@pytest.fixture(params=RUNS)
def workers(request: pytest.FixtureRequest) -> int:
    """Return the number of workers."""
    number: int = request.param
    return number


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_counter(place: Place, workers: int, trouble: Trouble) -> None:
    async with place.run(EXAMPLES / "counter.py", workers) as bot:
        ann = await place.playground.person("Ann")
        await ann.send("/start")
        window = await ann.receive(timeout=LONG)
        counted = await press_all(window, "+1", [ann], trouble(bot, place.playground, place.redis))
        await ann.until(window, text=f"Value: {counted}", timeout=LONG)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_ballot_in_a_group(place: Place, workers: int, trouble: Trouble) -> None:
    async with place.run(EXAMPLES / "group.py", workers) as bot:
        people = [await place.playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan")]
        group = await place.playground.group("Friends", members=people, bot="administrator")
        await people[0].send("/start@playground_bot", chat=group)
        window = await people[0].receive(chat=group, timeout=LONG)
        counted = await press_all(
            window, "Tea", people, trouble(bot, place.playground, place.redis)
        )
        # The one who is ahead is told by an update in the background.
        text = f"Votes: {counted}, ahead: Tea"
        await people[0].until(window, text=text, timeout=LONG)


@pytest.mark.parametrize("trouble", [kills, repeats])
async def test_orders_of_a_shop(place: Place, workers: int, trouble: Trouble) -> None:
    async with place.run(EXAMPLES / "shop.py", workers) as bot:
        people = [await place.playground.person(f"Person {number}") for number in range(5)]
        shopping = [asyncio.create_task(order_twice(person)) for person in people]
        await trouble(bot, place.playground, place.redis)
        await asyncio.gather(*shopping)
        await until_ordered([worker.folder for worker in bot], 2 * len(people))


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_dialogs_in_the_background(place: Place, trouble: Trouble) -> None:
    async with place.run(BACKGROUND, 2) as bot:
        ann = await place.playground.person("Ann")
        await ann.send("/start")
        window = await ann.receive(timeout=LONG)
        pressed = await press_all(window, "Go", [ann], trouble(bot, place.playground, place.redis))
        await until_shown(ann, f"Counted: {pressed}")
        # No entry is left that could count once more.
        async with asyncio.timeout(LONG):
            while await place.redis.keys("*:outbox"):
                await asyncio.sleep(0.05)
        await until_shown(ann, f"Counted: {pressed}")


async def until_shown(person: Person, text: str) -> None:
    """Wait until the last window of a chat shows a text."""
    async with asyncio.timeout(LONG):
        while (await person.messages())[-1].text != text:
            await asyncio.sleep(0.05)
