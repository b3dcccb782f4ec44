"""The clock, which can be moved forward."""

import asyncio

import pytest

from telegram_playground.clock import Clock


async def test_time_goes_on_by_itself_and_on_request() -> None:
    now = 100.0
    clock = Clock(lambda: now)
    assert clock.time() == 100
    clock.advance(50)
    assert clock.time() == 150
    now = 101.0
    assert clock.time() == 151


async def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)


async def test_a_sleep_ends_when_the_clock_is_advanced() -> None:
    clock = Clock(lambda: 0.0)
    order: list[int] = []

    async def sleep(seconds: int) -> None:
        await clock.sleep(seconds)
        order.append(seconds)

    sleepers = [asyncio.create_task(sleep(seconds)) for seconds in (30, 10, 20)]
    await asyncio.sleep(0)
    assert clock.waiting == 3
    clock.advance(25)
    await asyncio.gather(*sleepers[1:])
    assert order == [10, 20]
    assert clock.waiting == 1
    clock.advance(5)
    await sleepers[0]
    assert clock.waiting == 0


async def test_a_scheduled_call_can_be_cancelled() -> None:
    clock = Clock(lambda: 0.0)
    calls: list[int] = []
    timer = clock.call_later(5, lambda: calls.append(1))
    timer.cancel()
    clock.advance(10)
    await asyncio.sleep(0)
    assert calls == []
