"""SIGTERM ends the bot within ten seconds with exit status 0, and nothing is lost."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.presses import begin_presses, counted
from tests.support.proxy import redis_by_proxy
from tests.support.tally import Tally

LIMIT = 14.0
"""Seconds that a stop may take: ten, and a stall of a busy machine.

Less than the 15 for which SQLite waits for a lock.
"""


@pytest.fixture
async def ann(own_playground: Playground) -> Person:
    """Give a person."""
    return await own_playground.person("Ann")


@asynccontextmanager
async def stopped(process: int) -> AsyncIterator[None]:
    """Freeze a process during the block."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


async def stop_in_time(tally: Tally) -> None:
    """Stop the bot; it must end in time and without an error."""
    async with asyncio.timeout(LIMIT):
        assert await tally.stop() == 0


async def test_a_stop_amid_presses_loses_nothing(own_tally: Tally, ann: Person) -> None:
    await own_tally.start()
    counter = await open_counter(ann)
    presses = begin_presses(ann, counter, "+1", 50)
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    await stop_in_time(own_tally)
    await own_tally.start()
    await asyncio.gather(*presses)
    await ann.until(counter, text="Specify the number: 50")


async def test_a_stop_while_telegram_hangs_is_in_time(
    own_playground: Playground, own_tally: Tally, ann: Person
) -> None:
    await own_tally.start()
    counter = await open_counter(ann)
    before = await own_playground.call_count()
    for method in ("editMessageText", "answerCallbackQuery"):
        await own_playground.trouble("hang", method=method)
    presses = begin_presses(ann, counter, "+1", 5)
    await own_playground.until_called("editMessageText", after=before)
    await stop_in_time(own_tally)
    await own_playground.calm()
    await own_tally.start()
    await asyncio.gather(*presses)
    await ann.until(counter, text="Specify the number: 5")


async def test_a_stop_while_redis_is_away_is_in_time(
    own_tally: Tally, ann: Person, tmp_path: Path
) -> None:
    async with redis_by_proxy(tmp_path / "redis") as proxy:
        own_tally.settings["REDIS_URL"] = proxy.url
        await own_tally.start()
        counter = await open_counter(ann)
        presses = begin_presses(ann, counter, "+1", 50)
        async with asyncio.timeout(LIMIT), Redis.from_url(proxy.origin) as redis:
            while not await redis.hlen(own_tally.inbox):
                await asyncio.sleep(0)
        async with proxy.off():
            # The bot logs this soon. Later events could take half a minute, because a fetch waits.
            await own_tally.until_logged("settings_sync_lost")
            await stop_in_time(own_tally)
        await own_tally.start()
        value = await counted(presses)
        await ann.until(counter, text=f"Specify the number: {value}")
        await stop_in_time(own_tally)


@pytest.mark.thorough
async def test_a_stop_while_redis_hangs_is_in_time(own_tally: Tally, ann: Person) -> None:
    await own_tally.start()
    counter = await open_counter(ann)
    async with own_tally.redis() as redis:
        process = (await redis.info("server"))["process_id"]
    presses = begin_presses(ann, counter, "+1", 50)
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    async with stopped(process):
        await stop_in_time(own_tally)
    await own_tally.start()
    value = await counted(presses)
    await ann.until(counter, text=f"Specify the number: {value}")


async def test_a_stop_while_the_database_is_locked_is_in_time(
    own_tally: Tally, ann: Person
) -> None:
    await own_tally.start()
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    async with own_tally.locked_database():
        await ann.press(counter, "Confirm")
        await stop_in_time(own_tally)
    await own_tally.start()
    assert [row["value"] for row in await own_tally.until_totals(ann, 1)] == [1]
