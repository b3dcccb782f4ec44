"""A done update is remembered for as long as it may come again, and no longer."""

import asyncio
import json

import pytest
from redis.asyncio import Redis

from durable_dialogs.state.retention import PRESS_MEMORY, EntryStatus
from durable_dialogs.state.store import MEMORY
from telegram_playground import Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support.holding import Gate
from tests.support.nursery import START
from tests.support.presses import PATIENCE
from tests.support.tally import Tally


async def last_update(playground: Playground) -> dict[str, object]:
    """Give the last update that Telegram sent."""
    return (await playground.updates())[-1]


async def life_of(redis: Redis, update: dict[str, object]) -> int:
    """Give the seconds for which an update is still remembered, -2 if it is not."""
    marks = [key async for key in redis.scan_iter(f"tally:*:done:{update['update_id']}")]
    return await redis.ttl(marks[0]) if marks else -2


async def until_life(redis: Redis, update: dict[str, object], least: int, most: int) -> None:
    """Wait until an update is remembered for `least` to `most` seconds."""
    async with asyncio.timeout(START):
        while not least < await life_of(redis, update) <= most:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_a_press_is_remembered_for_minutes_and_a_message_for_a_day(
    own_playground: Playground, own_tally: Tally, *, webhook: bool
) -> None:
    if webhook:
        by_webhook(own_tally)
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    command = await last_update(own_playground)
    await ann.press(counter, "+1", timeout=PATIENCE)
    async with own_tally.redis() as redis:
        press = await last_update(own_playground)
        # On a busy machine the inbox writes them down, and they are remembered longer for a moment.
        await until_life(redis, command, MEMORY - 60, MEMORY)
        await until_life(redis, press, PRESS_MEMORY - 60, PRESS_MEMORY)


async def test_a_press_is_remembered_for_minutes_while_telegram_is_slow(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await own_playground.trouble("delay", seconds=0.3)
    await asyncio.gather(*(ann.press(counter, "+1", timeout=PATIENCE) for _ in range(5)))
    await own_playground.calm()
    await ann.until(counter, text="Specify the number: 5")
    presses = (await own_playground.updates())[-5:]
    await own_tally.until_inbox_is_empty()
    async with own_tally.redis() as redis:
        for press in presses:
            await until_life(redis, press, 0, PRESS_MEMORY)


async def test_an_update_in_the_inbox_is_remembered_until_its_entry_is_gone(
    own_playground: Playground, own_tally: Tally, gate: Gate
) -> None:
    own_tally.settings["REDIS_URL"] = gate.url
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    gate.close()
    presses = [asyncio.create_task(ann.press(counter, "+1", timeout=PATIENCE)) for _ in range(2)]
    async with own_tally.redis() as redis:
        # The second waits behind the first, whose commit is held back.
        await until_inbox_has(redis, own_tally, 2)
        await own_playground.trouble("delay", method="answerCallbackQuery", seconds=60)
        gate.open()
        kept = (await own_playground.updates())[-1]
        # As long as dialogs live: after that there is no counter to change.
        await until_life(redis, kept, MEMORY, 30 * 24 * 60 * 60)
        await own_playground.calm()
        await own_playground.advance(60)
        await asyncio.gather(*presses)
        await own_tally.until_inbox_is_empty()
        await until_life(redis, kept, 0, PRESS_MEMORY)
    await ann.until(counter, text="Specify the number: 2")
    await own_tally.stop()


async def until_inbox_has(redis: Redis, tally: Tally, count: int) -> None:
    """Wait until a bot's inbox has `count` updates."""
    async with asyncio.timeout(START):
        while await redis.hlen(tally.inbox) != count:
            await asyncio.sleep(0.02)


async def test_an_unanswered_press_is_not_counted_again_after_a_long_pause(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await own_playground.trouble("delay", method="answerCallbackQuery", seconds=60)
    await ann.press(counter, "+1", timeout=0)
    await ann.until(counter, text="Specify the number: 1")
    async with own_tally.redis() as redis:
        await until_inbox_has(redis, own_tally, 1)
        await own_playground.until_pending(0)  # Telegram will not send it again.
        await own_tally.kill()
        # As if no bot had run for ten minutes.
        await forget(redis, within=600)
    await own_playground.calm()
    await own_tally.start()
    await own_tally.until_inbox_is_empty()
    await ann.press(counter, "+1", timeout=PATIENCE)
    await ann.until(counter, text="Specify the number: 2")


async def forget(redis: Redis, within: int = MEMORY) -> None:
    """Delete the marks that would expire within `within` seconds."""
    async for key in redis.scan_iter("tally:*:done:*"):
        if await redis.ttl(key) <= within:
            await redis.delete(key)


@pytest.mark.parametrize("status", EntryStatus)
@pytest.mark.parametrize("remembered", [True, False])
async def test_an_entry_says_whether_its_press_must_be_carried_out(
    own_playground: Playground, own_tally: Tally, status: EntryStatus, *, remembered: bool
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1", timeout=PATIENCE)
    press = await last_update(own_playground)
    await own_playground.until_pending(0)
    async with own_tally.redis() as redis:
        await own_tally.until_inbox_is_empty()
        await own_tally.kill()
        if not remembered:
            await forget(redis, within=40 * 24 * 60 * 60)
        entry = json.dumps(press).encode() + status.value
        await redis.hset(own_tally.inbox, str(press["update_id"]), entry)
    await own_tally.start()
    await own_tally.until_inbox_is_empty()
    counts = status is EntryStatus.OPEN and not remembered
    await ann.press(counter, "+1", timeout=PATIENCE)
    await ann.until(counter, text=f"Specify the number: {2 + counts}")
    warned = [entry for entry in own_tally.logged() if entry["event"] == "update_not_counted"]
    assert len(warned) == (status is EntryStatus.DOUBTFUL and not remembered)


async def test_a_million_presses_a_day_take_less_than_a_megabyte(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1", timeout=PATIENCE)
    async with own_tally.redis() as redis:
        marks = [key async for key in redis.scan_iter("tally:*:done:*")]
        size = max([await redis.memory_usage(mark) or 0 for mark in marks])
    assert 60 < size < 160
    assert size * 1_000_000 * PRESS_MEMORY / (24 * 60 * 60) < 1_000_000
