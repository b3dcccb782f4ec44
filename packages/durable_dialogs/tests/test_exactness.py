"""Each press counts once: the examples as processes, while something goes wrong."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.examples import EXAMPLES, Example
from telegram_playground import Answer, Message, Person, Playground

PRESSES = 50
"""Presses at once."""
LONG = 60
"""Seconds that an answer may take here."""


@asynccontextmanager
async def running(
    name: str, playground: Playground, valkey: EmbeddedValkey, folder: Path
) -> AsyncIterator[Example]:
    """Run an example."""
    example = Example(EXAMPLES / name, playground, folder, REDIS_URL=valkey.url)
    await example.start()
    try:
        yield example
    finally:
        await example.stop()


async def kills(example: Example, _playground: Playground, _redis: Redis) -> None:
    """Kill the bot and start it again, twice."""
    for _ in range(2):
        await asyncio.sleep(0.3)  # a kill at any moment
        await example.kill()
        await example.start()


async def repeats(_example: Example, playground: Playground, _redis: Redis) -> None:
    """Have each update delivered twice."""
    await playground.trouble("duplicate", method="callback_query")


async def pauses(_example: Example, _playground: Playground, redis: Redis) -> None:
    """Stop Redis for a while."""
    pid = (await redis.info("server"))["process_id"]
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(2)
    os.kill(pid, signal.SIGCONT)


Trouble = Callable[[Example, Playground, Redis], object]
TROUBLES = (kills, repeats, pauses)


async def press_all(
    window: Message, label: str, people: list[Person], trouble: object = None
) -> int:
    """Press a button again and again, all at once; return how many presses counted.

    A press that does not count is answered with an alert.
    """
    presses = [
        asyncio.create_task(people[number % len(people)].press(window, label, timeout=LONG))
        for number in range(PRESSES)
    ]
    if asyncio.iscoroutine(trouble):
        await trouble
    answers: list[Answer | None] = await asyncio.gather(*presses)
    return sum(answer is None or not answer.show_alert for answer in answers)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_counter(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis, tmp_path: Path, trouble: Trouble
) -> None:
    async with running("counter.py", playground, valkey, tmp_path) as example:
        ann = await playground.person("Ann")
        await ann.send("/start")
        window = await ann.receive(timeout=30)
        counted = await press_all(window, "+1", [ann], trouble(example, playground, redis))
        await ann.until(window, text=f"Value: {counted}", timeout=LONG)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_ballot_in_a_group(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis, tmp_path: Path, trouble: Trouble
) -> None:
    async with running("group.py", playground, valkey, tmp_path) as example:
        people = [await playground.person(name) for name in ("Ann", "Boris", "Clara", "Dan")]
        group = await playground.group("Friends", members=people, bot="administrator")
        await people[0].send("/start@playground_bot", chat=group)
        window = await people[0].receive(chat=group, timeout=30)
        counted = await press_all(window, "Tea", people, trouble(example, playground, redis))
        await people[0].until(
            window,
            lambda shown: str(shown.text).startswith(f"Votes: {counted},"),
            timeout=LONG,
        )


@pytest.mark.parametrize("trouble", [kills, repeats])
async def test_orders_of_a_shop(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis, tmp_path: Path, trouble: Trouble
) -> None:
    async with running("shop.py", playground, valkey, tmp_path) as example:
        people = [await playground.person(f"Person {number}") for number in range(5)]
        shopping = [asyncio.create_task(order_twice(person)) for person in people]
        troubled = trouble(example, playground, redis)
        assert asyncio.iscoroutine(troubled)
        await troubled
        await asyncio.gather(*shopping)
        orders = tmp_path / "orders"
        async with asyncio.timeout(LONG):
            while not orders.exists() or len(orders.read_text().splitlines()) < 2 * len(people):
                await asyncio.sleep(0.05)
        assert len(orders.read_text().splitlines()) == 2 * len(people)


def has(label: str, shown: Message) -> bool:
    """Tell whether a message has a button with a label."""
    return label in str(shown.labels)


async def order_twice(person: Person) -> None:
    """Order two things, twice."""
    await person.send("/start")
    window = await person.receive(timeout=LONG)
    for bought in (2, 4):
        for label, text in (("Order", "What?"), ("Tea", None), ("Jam", None), ("Next", "When?")):
            await person.press(window, label, timeout=LONG)
            if text:
                window = await person.until(window, text=text, timeout=LONG)
            else:
                window = await person.until(window, partial(has, f"✓ {label}"), timeout=LONG)
        await person.press(window, "15", timeout=LONG)
        await person.until(window, text="For whom?", timeout=LONG)
        await person.send("Ann")
        window = await person.receive(timeout=LONG)
        assert window.text == f"Bought: {bought}"
