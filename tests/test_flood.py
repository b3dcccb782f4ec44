"""Far more presses than a person can tap: they count, and slow nobody else."""

import asyncio
import statistics
import time

from playground import Playground
from tests.tally import Tally
from tests.test_counter import open_counter

FLOOD = 1_200
"""Presses, of which 500 pass at once and the others at 100 a second (`fsm.flood`)."""


async def test_who_floods_is_slowed_down_and_slows_nobody_else(
    playground: Playground, tally: Tally
) -> None:
    # Not Ann, for whom nothing may be refused: some of his presses get too old to be answered.
    felix, clara = [await playground.person(name) for name in ("Felix", "Clara")]
    flooded, counter = await open_counter(felix), await open_counter(clara)
    data = flooded.button("+1").callback_data
    with tally.frozen():
        # So the bot finds them all at once, and the playground is done with them.
        await asyncio.gather(*(felix.press(flooded, data=data, timeout=0) for _ in range(FLOOD)))
    begin, took = time.monotonic(), []
    counted = asyncio.create_task(
        felix.until(flooded, text=f"Specify the number: {FLOOD}", timeout=120)
    )
    while not counted.done():
        pressed = time.monotonic()
        assert await clara.press(counter, "+1", timeout=30) is not None
        took.append(time.monotonic() - pressed)
        await asyncio.sleep(0.1)  # as fast as a person taps
    await counted
    # The 7 s that all of them have to take, or as slowly as a busy machine goes.
    whole = time.monotonic() - begin
    assert whole >= 6
    # Her first press stands behind all of them at Telegram.
    assert took[0] < whole / 2
    assert statistics.median(took[1:]) < whole / 7
    await clara.until(counter, text=f"Specify the number: {len(took)}")
