"""The outbox: workers share the entries, each is delivered, and a failing one delays no other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from durable_dialogs.delivery import outbox as outbox_module
from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys

ANN, BORIS = 7, 8
KEYS = BotKeys(1, "tally")
SLOW = 30
"""Entries that are never delivered; a sweep that waited a second for each would miss `SOON`."""
SOON = 15.0
"""Seconds that a step may take on a busy machine."""
MANY = 3_000
"""Entries left by a long outage."""
INDEX = KEYS.own("outboxes")


async def test_a_sweep_does_not_wait_for_deliveries_under_way(redis: Redis) -> None:
    arrived = asyncio.Event()

    async def deliver(_outbox: Outbox, entry: str, _payload: str) -> None:
        if entry.startswith("slow"):
            await asyncio.Event().wait()
        arrived.set()

    outbox = Outbox(redis, Batch(redis), KEYS, deliver)
    slow = {f"slow{number}": "{}" for number in range(SLOW)}
    await outbox.put(KEYS.chat(ANN), slow)
    assert not await outbox.send(KEYS.chat(ANN), slow)
    await outbox.put(KEYS.chat(BORIS), {"quick": "{}"})
    async with running(outbox), asyncio.timeout(SOON):
        await arrived.wait()


@asynccontextmanager
async def running(*outboxes: Outbox) -> AsyncIterator[None]:
    """Run the sweeps of outboxes meanwhile."""
    sweeping = [asyncio.create_task(outbox.run()) for outbox in outboxes]
    try:
        yield
    finally:
        for task in sweeping:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for outbox in outboxes:
            await outbox.close(0)


async def leave(redis: Redis, count: int, since: float = 0.0) -> None:
    """Leave entries as a killed worker does: committed, and not delivered.

    Args:
        redis: The connection.
        count: The number of entries.
        since: When they are due, in Unix seconds.
    """
    chat = KEYS.chat(ANN)
    entries: dict[Any, Any] = {f"entry{number}": "{}" for number in range(count)}
    await redis.zadd(INDEX, {f"{chat.outbox} {entry}": since for entry in entries})
    await redis.hset(chat.outbox, mapping=entries)


async def until_empty(redis: Redis) -> None:
    async with asyncio.timeout(4 * SOON):
        while await redis.exists(INDEX):
            await asyncio.sleep(0.02)


async def test_while_deliveries_fail_few_are_tried_and_then_all_are_delivered(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PERIOD", 0.3)
    tries: list[str] = []
    arrived: set[str] = set()
    is_away = True

    async def deliver(_outbox: Outbox, entry: str, _payload: str) -> None:
        if is_away:
            tries.append(entry)
            raise ConnectionError
        arrived.add(entry)

    await leave(redis, MANY)
    with capture_logs() as logs:
        async with running(Outbox(redis, Batch(redis), KEYS, deliver)):
            async with asyncio.timeout(SOON):
                while len(logs) < 3:
                    await asyncio.sleep(0.02)
            assert {line["event"] for line in logs} == {"delivery_failed"}
            # Each sweep tries a few entries, and not the same ones.
            assert len(tries) == len(set(tries)) <= (len(logs) + 1) * outbox_module.AT_ONCE
            is_away = False
            await until_empty(redis)
    assert len(arrived) == MANY


async def test_workers_share_what_is_left(redis: Redis) -> None:
    times: Counter[str] = Counter()
    busy: set[Outbox] = set()

    async def deliver(outbox: Outbox, entry: str, _payload: str) -> None:
        busy.add(outbox)
        times[entry] += 1
        await asyncio.sleep(0)

    await leave(redis, 500)
    workers = [Outbox(redis, Batch(redis), KEYS, deliver) for _ in range(3)]
    async with running(*workers):
        await until_empty(redis)
    assert busy == set(workers)
    assert len(times) == 500
    assert set(times.values()) == {1}


async def test_entries_that_always_fail_do_not_hold_up_the_rest(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PERIOD", 0.3)
    arrived = asyncio.Event()

    async def deliver(_outbox: Outbox, entry: str, _payload: str) -> None:
        if entry.startswith("entry"):
            raise RuntimeError
        arrived.set()

    await leave(redis, 5 * outbox_module.AT_ONCE)
    outbox = Outbox(redis, Batch(redis), KEYS, deliver)
    await outbox.put(KEYS.chat(BORIS), {"good": "{}"})
    async with running(outbox), asyncio.timeout(SOON):
        await arrived.wait()


async def test_a_clock_that_was_ahead_or_behind_neither_delays_nor_drops_an_entry(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PERIOD", 0.3)
    arrived: list[str] = []

    async def deliver(_outbox: Outbox, entry: str, _payload: str) -> None:
        arrived.append(entry)

    hours = 5 * 60 * 60
    seconds, _ = await redis.time()
    chat, outbox = KEYS.chat(BORIS), Outbox(redis, Batch(redis), KEYS, deliver)
    await redis.zadd(INDEX, {f"{chat.outbox} late": seconds - hours})
    await leave(redis, 1, since=seconds + hours)
    async with running(outbox):
        async with asyncio.timeout(SOON):
            while not arrived or await redis.zcount(INDEX, "-inf", seconds + 30):
                await asyncio.sleep(0.02)
        # Its commit comes only now. Make it due, instead of waiting the minute.
        await redis.zadd(INDEX, {f"{chat.outbox} late": 0}, xx=True)
        await redis.hset(chat.outbox, "late", "{}")
        await until_empty(redis)
    assert arrived == ["entry0", "late"]


async def test_an_announced_entry_that_is_never_committed_is_forgotten(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("PERIOD", 0.1), ("MISSING", 0), ("ABANDONED", 1)):
        monkeypatch.setattr(outbox_module, name, seconds)

    async def deliver(*_: object) -> None:
        raise AssertionError

    outbox = Outbox(redis, Batch(redis), KEYS, deliver)
    await outbox.announce(KEYS.chat(ANN), {"entry": "{}"})
    async with running(outbox):
        await until_empty(redis)


async def test_an_entry_is_put_off_as_long_as_its_worker_delivers_it(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no other worker takes it: see the script that takes entries that are due."""
    monkeypatch.setattr(outbox_module, "PERIOD", 0.3)
    may_end = asyncio.Event()

    async def deliver(_outbox: Outbox, _entry: str, _payload: str) -> None:
        await may_end.wait()

    outbox, chat = Outbox(redis, Batch(redis), KEYS, deliver), KEYS.chat(ANN)
    await outbox.put(chat, {"export": "{}"})
    name = f"{chat.outbox} export"
    announced = await redis.zscore(INDEX, name)
    assert announced is not None
    sending = asyncio.create_task(outbox.send(chat, {"export": "{}"}))
    async with asyncio.timeout(SOON):
        while (await redis.zscore(INDEX, name) or 0.0) < announced + 1.0:
            await asyncio.sleep(0.02)
        may_end.set()
        await sending
        await until_empty(redis)
    await outbox.close(0)
