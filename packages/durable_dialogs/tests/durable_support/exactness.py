"""Presses at once, and what goes wrong meanwhile."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from durable_support.examples import Example
from telegram_playground import Answer, Message, Person, Playground

PRESSES = 50
"""Presses at once."""
LONG = 60
"""Seconds that an answer may take here."""

Trouble = Callable[[Sequence[Example], Playground, Redis], Coroutine[Any, Any, None]]
"""Makes trouble for the workers of a bot."""


async def kills(workers: Sequence[Example], _playground: Playground, _redis: Redis) -> None:
    """Kill workers and start them again, one after the other."""
    for worker in [*workers, *workers][:2]:
        await asyncio.sleep(0.3)  # a kill at any moment
        await worker.kill()
        await worker.start()


async def repeats(_workers: Sequence[Example], playground: Playground, _redis: Redis) -> None:
    """Have each update delivered twice."""
    await playground.trouble("duplicate", method="callback_query")


async def pauses(_workers: Sequence[Example], _playground: Playground, redis: Redis) -> None:
    """Stop Redis for a while."""
    pid = (await redis.info("server"))["process_id"]
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(2)
    os.kill(pid, signal.SIGCONT)


TROUBLES: tuple[Trouble, ...] = (kills, repeats, pauses)


async def press_all(
    window: Message, label: str, people: list[Person], trouble: Coroutine[Any, Any, None]
) -> int:
    """Press a button again and again, all at once; return how many presses counted.

    A press that does not count is answered with an alert.
    """
    presses = [
        asyncio.create_task(people[number % len(people)].press(window, label, timeout=LONG))
        for number in range(PRESSES)
    ]
    await trouble
    answers: list[Answer | None] = await asyncio.gather(*presses)
    return sum(answer is None or not answer.show_alert for answer in answers)


async def order_twice(person: Person) -> None:
    """Order two things in the shop, twice."""
    await person.send("/start")
    window = await person.receive(timeout=LONG)
    for bought in (2, 4):
        for label, text in (("Order", "What?"), ("Tea", None), ("Jam", None), ("Next", "When?")):
            await person.press(window, label, timeout=LONG)
            if text:
                window = await person.until(window, text=text, timeout=LONG)
            else:
                window = await person.until(window, partial(_has, f"✓ {label}"), timeout=LONG)
        await person.press(window, "15", timeout=LONG)
        await person.until(window, text="For whom?", timeout=LONG)
        await person.send("Ann")
        window = await person.receive(timeout=LONG)
        assert window.text == f"Bought: {bought}"


def _has(label: str, shown: Message) -> bool:
    return label in str(shown.labels)


async def until_ordered(folders: Sequence[Path], count: int) -> None:
    """Wait until the shop's workers have taken so many different orders, and no more."""
    async with asyncio.timeout(LONG):
        while len(_orders(folders)) < count:
            await asyncio.sleep(0.05)
    assert len(_orders(folders)) == count


def _orders(folders: Sequence[Path]) -> set[str]:
    files = [folder / "orders" for folder in folders]
    return {line for file in files if file.exists() for line in file.read_text().splitlines()}
