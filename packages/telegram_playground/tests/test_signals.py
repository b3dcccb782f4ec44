"""Waiting for changes."""

import asyncio

from telegram_playground.signals import Signals


async def test_everybody_who_waits_for_a_thing_is_told() -> None:
    signals = Signals()
    tea = [asyncio.create_task(signals.wait("tea", 5)) for _ in range(2)]
    cake = asyncio.create_task(signals.wait("cake", 0.01))
    await asyncio.sleep(0)
    signals.notify("tea")
    signals.notify("nothing that is waited for")
    assert await asyncio.gather(*tea) == [True, True]
    assert await cake is False


async def test_a_condition_is_looked_at_now_and_at_every_change() -> None:
    signals = Signals()
    cups = [0]
    waiting = asyncio.create_task(signals.wait_for("tea", 5, lambda: cups[0] == 2))
    for _ in range(2):
        await asyncio.sleep(0)
        cups[0] += 1
        signals.notify("tea")
    assert await waiting
    assert await signals.wait_for("tea", 0, lambda: cups[0] == 2)
    assert not await signals.wait_for("tea", 0, lambda: cups[0] == 3)
    assert not await signals.wait_for("tea", 0.01, lambda: cups[0] == 3)


async def test_who_gives_up_is_forgotten() -> None:
    signals = Signals()
    first, second = [asyncio.create_task(signals.wait("tea", 5)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    signals.notify("tea")
    assert await second


async def test_everybody_is_let_go_at_the_end() -> None:
    signals = Signals()
    waiting = asyncio.create_task(signals.wait("tea", 5))
    await asyncio.sleep(0)
    signals.close()
    assert await waiting is False
