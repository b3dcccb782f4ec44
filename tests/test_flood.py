"""Far more presses than a person can tap: they count, and slow nobody else."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from aiogram.types import User

import fsm.flood
import fsm.pace
from fsm.flood import FloodGate
from playground import Playground
from tests.nursery import START
from tests.tally import Tally
from tests.test_counter import open_counter
from tests.test_line import Clock

FLOOD = 1_200
"""Presses, of which 500 pass at once and the others at 100 a second (`fsm.flood`)."""


async def test_who_floods_waits_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pauses = Clock(), list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(fsm.pace, "time", clock)
    monkeypatch.setattr(fsm.flood, "asyncio", SimpleNamespace(sleep=sleep))
    gate = FloodGate()
    felix, clara = [User(id=number, is_bot=False, first_name="") for number in (1, 2)]
    for _ in range(500):
        await gate.wait(felix)
    assert pauses == []
    for _ in range(FLOOD - 500):
        await gate.wait(felix)
    assert pauses == pytest.approx([number / 100 for number in range(1, 701)])
    pauses.clear()
    await gate.wait(clara)
    await gate.wait(None)
    assert pauses == []
    clock.now += 6.5
    await gate.wait(felix)
    assert pauses == pytest.approx([0.51])


async def test_presses_of_a_flood_count_and_others_are_answered_before_its_end(
    playground: Playground, tally: Tally
) -> None:
    # Not Ann, for whom nothing may be refused: some of his presses get too old to be answered.
    felix, clara = [await playground.person(name) for name in ("Felix", "Clara")]
    flooded, counter = await open_counter(felix), await open_counter(clara)
    data = flooded.button("+1").callback_data
    with tally.frozen():
        # So the bot finds them all at once, and the playground is done with them.
        await asyncio.gather(*(felix.press(flooded, data=data, timeout=0) for _ in range(FLOOD)))
    begin = time.monotonic()
    counted = asyncio.create_task(
        felix.until(flooded, text=f"Specify the number: {FLOOD}", timeout=2 * START)
    )
    for _ in range(3):
        # The first of hers stands behind all of his at Telegram.
        assert await clara.press(counter, "+1", timeout=START) is not None
    assert not counted.done()
    await counted
    # That he waits at the gate at all: 7 s, which no machine can shorten.
    assert time.monotonic() - begin >= 6
    await clara.until(counter, text="Specify the number: 3")
