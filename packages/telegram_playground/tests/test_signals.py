"""Waiting for changes."""

import asyncio

from telegram_playground.signals import Signals


async def test_a_signal_wakes_all_who_wait_for_its_key() -> None:
    signals = Signals()
    tea = [asyncio.create_task(signals.wait("tea", 5)) for _ in range(2)]
    cake = asyncio.create_task(signals.wait("cake", 0.01))
    await asyncio.sleep(0)
    signals.notify("tea")
    signals.notify("nothing that is waited for")
    assert await asyncio.gather(*tea) == [True, True]
    assert await cake is False


async def test_a_condition_is_checked_now_and_at_each_signal() -> None:
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


async def test_a_cancelled_wait_is_removed() -> None:
    signals = Signals()
    first, second = [asyncio.create_task(signals.wait("tea", 5)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    signals.notify("tea")
    assert await second


async def test_closing_ends_all_waits() -> None:
    signals = Signals()
    waiting = asyncio.create_task(signals.wait("tea", 5))
    await asyncio.sleep(0)
    signals.close()
    assert await waiting is False
