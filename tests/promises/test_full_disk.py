"""A disk fills up under the embedded Valkey: first a warning, then taps are refused."""

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
"""Megabytes. On a disk of this size Tally warns below 16 MB and keeps a ballast of 2 MB."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Give a small disk."""
    with small_disk(tmp_path / "disk", SIZE) as own:
        yield own


@pytest.fixture
async def tally(own_playground: Playground, disk: Disk) -> AsyncIterator[Tally]:
    """Give a running bot with its data on that disk and its log on another one."""
    own = Tally.on(own_playground, disk.folder / "data")
    own.log = disk.folder.parent / "tally.log"
    try:
        yield await own.start()
        disk.clear()
        assert await own.stop() == 0
    finally:
        disk.clear()
        await own.clean_up()


@pytest.fixture
async def ann(own_playground: Playground, tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await own_playground.person("Ann", language_code="en")


async def test_little_disk_space_is_reported_and_too_little_refuses_taps(
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


async def test_a_valkey_that_a_full_disk_ended_goes_on_with_the_space_of_the_ballast(
    own_playground: Playground, tally: Tally, disk: Disk, ann: Person
) -> None:
    counter = await open_counter(ann)
    await until_held(disk)
    async with tally.logging("valkey_ballast_given_up"):
        disk.fill(0)
        presses = begin_presses(ann, counter, "+1", 8)
        await asyncio.wait(presses, timeout=1)
        if not any(line["event"] == "valkey_died" for line in tally.logged()):
            # It refused writes before the presses came, or it has ended just now.
            with suppress(RedisError):
                await tally.kill_valkey()
    # All presses are answered, although the disk is still full.
    value = await counted(presses)
    await own_playground.until_pending(0)
    async with tally.logging("valkey_refuses_writes"):
        disk.fill(0)
    assert await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN
    async with tally.logging("valkey_died"):
        await tally.kill_valkey()
    async with asyncio.timeout(START):
        # A Valkey that starts without a ballast refuses, too.
        while await ann.press(counter, "+1", timeout=PATIENCE) != AGAIN:
            pass
    disk.clear()
    async with asyncio.timeout(START):
        while await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN:
            pass
    await ann.until(counter, text=f"Specify the number: {value + 1}")


async def until_held(disk: Disk) -> None:
    """Wait until the bot has written its ballast to a disk."""
    async with asyncio.timeout(START):
        while disk.free > (SIZE - 4) * MEGABYTE:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("left", [0, 100, 700, 3000, 10_000])
async def test_a_tap_counts_once_or_is_refused_if_the_disk_fills_up_at_once(
    tally: Tally, disk: Disk, ann: Person, left: int
) -> None:
    counter = await open_counter(ann)
    value = 0
    for _ in range(3):
        disk.fill(left)
        presses = begin_presses(ann, counter, "+1", 8)
        await asyncio.wait(presses, timeout=1.5)
        disk.clear()
        # For presses in doubt, their marks tell whether they were counted.
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
