"""Far more presses than a person can tap: they count, and do not slow down other people."""

import asyncio
import time

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.tally import Tally

FLOOD = 1_200
"""Presses; 500 of them begin at once, the others at 100 a second (`fair_queue.PERSON_BUCKET`)."""
HUGE = 12_000
"""Presses that take two minutes at that rate."""
MOST = 20_000
LATENCY = 0.05
"""Seconds that Telegram takes for each call."""
SOON = 2.0
"""Seconds at most from the fetch of another person's tap to its answer."""
AT_A_TIME = 500


async def queue(person: Person, counter: Message, number: int) -> None:
    """Have a person press `number` times without waiting for answers."""
    data = counter.button("+1").callback_data
    for begin in range(0, number, AT_A_TIME):
        presses = range(min(AT_A_TIME, number - begin))
        await asyncio.gather(*(person.press(counter, data=data, timeout=0) for _ in presses))


async def test_presses_of_a_flood_count_and_other_people_are_answered_before_its_end(
    playground: Playground, tally: Tally
) -> None:
    # Not Ann: the tests expect that no call for her is refused. Some of Felix's presses get too
    # old to be answered.
    felix, clara = [await playground.person(name) for name in ("Felix", "Clara")]
    flooded, counter = await open_counter(felix), await open_counter(clara)
    with tally.frozen():
        # Frozen, so that the bot then finds all of them at once.
        await queue(felix, flooded, FLOOD)
    begin = time.monotonic()
    counted = asyncio.create_task(
        felix.until(flooded, text=f"Specify the number: {FLOOD}", timeout=2 * START)
    )
    for _ in range(3):
        # At Telegram her first press waits behind all of his.
        assert await clara.press(counter, "+1", timeout=START) is not None
    assert not counted.done()
    await counted
    # His flood takes 7 s on any machine, because the bucket limits it.
    assert time.monotonic() - begin >= 6
    await clara.until(counter, text="Specify the number: 3")


async def answer_times(
    playground: Playground, tally: Tally, size: int, latency: float
) -> tuple[float, float]:
    """Have one person flood a bot, and another person then tap twice.

    Returns:
        Seconds from the fetch of her first tap to its answer, and from her second tap to its
        answer.
    """
    felix, clara = [await playground.person(name) for name in ("Felix", "Clara")]
    flooded, counter = await open_counter(felix), await open_counter(clara)
    with tally.frozen():
        await queue(felix, flooded, size)
        if latency:
            await playground.trouble("delay", seconds=latency)
        tap = asyncio.create_task(clara.press(counter, "+1", timeout=START))
        async with asyncio.timeout(START):
            while (update := (await playground.updates())[-1]).get("callback_query", {}).get(
                "from", {}
            ).get("id") != clara.id:
                await asyncio.sleep(0.05)
    assert await tap is not None
    answered = playground.clock.time()
    polls = await playground.calls("getUpdates")
    # The last fetch that did not acknowledge the tap returned it.
    fetched = max(
        poll.time for poll in polls if int(poll.params.get("offset", 0)) <= update["update_id"]
    )
    begin = time.monotonic()
    assert await clara.press(counter, "+1", timeout=START) is not None
    took = time.monotonic() - begin
    await clara.until(counter, text="Specify the number: 2")
    return answered - fetched, took


async def test_other_people_do_not_wait_behind_one_persons_flood(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    begin = time.monotonic()
    assert max(await answer_times(own_playground, own_tally, HUGE, latency=0)) < SOON
    # The flood takes two minutes, so it is still going on.
    assert time.monotonic() - begin < START
    await own_tally.kill()


@pytest.mark.thorough
async def test_other_people_do_not_wait_behind_twenty_thousand_presses_while_telegram_is_slow(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    assert max(await answer_times(own_playground, own_tally, MOST, LATENCY)) < SOON
    await own_tally.kill()


async def test_other_people_do_not_wait_behind_a_flood_that_a_kill_left_in_the_inbox(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    felix, clara = [await own_playground.person(name) for name in ("Felix", "Clara")]
    flooded, counter = await open_counter(felix), await open_counter(clara)
    await felix.press(flooded, "+1")
    of_felix = (await own_playground.updates())[-1]
    await clara.press(counter, "+1")
    of_clara = (await own_playground.updates())[-1]
    await own_tally.stop()
    first = of_clara["update_id"] + 1
    ids = range(first, first + FLOOD)
    updates = [{**of_felix, "update_id": update_id} for update_id in ids]
    updates.append({**of_clara, "update_id": first + FLOOD})
    await own_tally.keep_in_inbox(*updates)
    await own_tally.start()
    await clara.until(counter, text="Specify the number: 2", timeout=START)
    shown = ((await felix.read(flooded)).text or "").rpartition(" ")[2]
    assert int(shown) < FLOOD
    await felix.until(flooded, text=f"Specify the number: {1 + FLOOD}", timeout=START)
    await own_tally.until_inbox_is_empty()
