"""What people do in benchmarks, and what it costs."""

import asyncio
import time

from redis.asyncio import Redis

from telegram_playground import Client, Message, Person

QUIET = 2.0
"""Seconds without a call after which a bot counts as idle."""


async def open_counter(person: Person) -> Message:
    """Open a counter in a person's chat; give its message."""
    await person.send("/numbers")
    return await person.receive(timeout=60)


async def timed_press(person: Person, counter: Message) -> float:
    """Tap once; give the seconds to the answer."""
    began = time.monotonic()
    await person.press(counter, "+1", timeout=30)
    return time.monotonic() - began


async def until_quiet(playground: Client) -> None:
    """Wait until a bot is idle."""
    before = -1
    while (now := await playground.call_count()) != before:
        before = now
        await asyncio.sleep(QUIET)


async def commands_to(redis: Redis) -> int:
    """Count the commands that clients have sent, without those that scripts called.

    See `total_reads_processed` in Redis' manual, INFO.
    """
    return int((await redis.info("stats"))["total_reads_processed"])
