"""A disk that fills up under the embedded Valkey: early words, then "try again", never a guess."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.disks import MEGABYTE, Disk, small_disk
from tests.support.nursery import START
from tests.support.presses import AGAIN, PATIENCE, begin_presses, counted
from tests.support.tally import Tally
from tests.support.watching import metrics, readiness, until_away

SIZE = 64
"""Megabytes: Tally keeps 2 of them in reserve, and tells when 16 are left."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Give a small disk."""
    with small_disk(tmp_path / "disk", SIZE) as own:
        yield own


@pytest.fixture
async def tally(own_playground: Playground, disk: Disk) -> AsyncIterator[Tally]:
    """Give a running bot whose data is on that disk, and its log elsewhere."""
    own = Tally(
        disk.folder / "data", BOT_TOKEN=own_playground.token, BOT_API_URL=own_playground.url
    )
    own.log = disk.folder.parent / "tally.log"
    try:
        yield await own.start()
        disk.clear()
        assert await own.stop() == 0
    finally:
        disk.clear()
        await own.clean_up()


@pytest.fixture
async def ann(own_playground: Playground, tally: Tally) -> Person:  # noqa: ARG001
    """Give a person who is new to that bot."""
    return await own_playground.person("Ann", language_code="en")


async def test_little_room_is_told_early_and_too_little_refuses_to_count(
    tally: Tally, disk: Disk, ann: Person
) -> None:
    counter = await open_counter(ann)
    await until_away(tally)
    assert abs((await metrics(tally))["tally_disk_free_bytes"] - disk.free) < MEGABYTE
    disk.fill(10 * MEGABYTE)
    status, told = await readiness(tally)
    while status == 200:
        status, told = await readiness(tally)
    assert told["away"] == ["disk"]
    assert told["why"]["disk"].startswith("DATA_DIR has 10 MB left; below 2 MB ")
    await ann.press(counter, "+1", timeout=PATIENCE)
    await ann.until(counter, text="Specify the number: 1")
    async with tally.logging("valkey_refuses_writes"):
        disk.fill(MEGABYTE)
    for label in ("+1", "Confirm"):
        assert await ann.press(counter, label, timeout=PATIENCE) == AGAIN
    async with tally.logging("valkey_writes_again"):
        disk.clear()
    await ann.press(counter, "+1", timeout=PATIENCE)
    await ann.until(counter, text="Specify the number: 2")
    await until_away(tally)


async def test_a_valkey_that_a_full_disk_has_ended_goes_on_in_the_room_that_was_held_for_it(
    own_playground: Playground, tally: Tally, disk: Disk, ann: Person
) -> None:
    counter = await open_counter(ann)
    await until_held(disk)
    async with tally.logging("valkey_ballast_given_up"):
        disk.fill(0)
        presses = begin_presses(ann, counter, "+1", 8)
        await asyncio.wait(presses, timeout=1)
        if not any(line["event"] == "valkey_died" for line in tally.logged()):
            # It was asked to refuse before anybody had pressed; or it has just ended.
            with suppress(RedisError):
                await tally.kill_valkey()
    # All are answered, though nobody has made room.
    value = await counted(presses)
    await own_playground.until_pending(0)
    async with tally.logging("valkey_refuses_writes"):
        disk.fill(0)
    assert await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN
    async with tally.logging("valkey_died"):
        await tally.kill_valkey()
    async with asyncio.timeout(START):
        # Also by one that is started without a ballast to give up.
        while await ann.press(counter, "+1", timeout=PATIENCE) != AGAIN:
            pass
    disk.clear()
    async with asyncio.timeout(START):
        while await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN:
            pass
    await ann.until(counter, text=f"Specify the number: {value + 1}")


async def until_held(disk: Disk) -> None:
    """Wait until the bot holds some of a disk for the worst."""
    async with asyncio.timeout(START):
        while disk.free > (SIZE - 4) * MEGABYTE:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("left", [0, 100, 700, 3000, 10_000])
async def test_filled_at_once_to_any_level_a_tap_counts_once_or_surely_not(
    tally: Tally, disk: Disk, ann: Person, left: int
) -> None:
    counter = await open_counter(ann)
    value = 0
    for _ in range(3):
        disk.fill(left)
        presses = begin_presses(ann, counter, "+1", 8)
        await asyncio.wait(presses, timeout=1.5)
        disk.clear()
        # Also those of which nobody knew whether they were written: their marks tell.
        value += await counted(presses)
        async with asyncio.timeout(START):
            while await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN:
                pass
        value += 1
        await ann.until(counter, text=f"Specify the number: {value}", timeout=PATIENCE)
    async with asyncio.timeout(START):
        disk.fill(left)
        await asyncio.wait(confirming := begin_presses(ann, counter, "Confirm", 1), timeout=1.5)
        disk.clear()
        while (await confirming[0]) == AGAIN:
            confirming = begin_presses(ann, counter, "Confirm", 1)
    await tally.until_totals(ann, 1)
    assert [row["value"] for row in tally.totals(ann)] == [value]
