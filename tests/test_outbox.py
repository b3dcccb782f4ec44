"""The outbox: what takes long keeps nothing else waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from fsm.batch import Batch
from fsm.keys import ChatKeys
from fsm.outbox import Outbox
from fsm.valkey import EmbeddedValkey

BOT, ANN, BORIS = 1, 7, 8
SLOW = 30
"""Entries that take for ever, each of which might be waited for a second in a row."""
SOON = 15.0
"""Seconds, of which a busy machine may need most."""


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    """Give a Valkey of the test's own."""
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with Redis.from_url(valkey.url) as connection:
        yield connection
    await valkey.stop()


async def test_what_is_under_way_is_not_waited_for_again(redis: Redis) -> None:
    arrived = asyncio.Event()

    async def deliver(_outbox: Outbox, entry: str, _payload: str) -> None:
        if entry.startswith("slow"):
            await asyncio.Event().wait()
        arrived.set()

    outbox = Outbox(redis, Batch(redis), BOT, deliver)
    slow = {f"slow{number}": "{}" for number in range(SLOW)}
    await outbox.put(ChatKeys(BOT, ANN), slow)
    assert not await outbox.send(ChatKeys(BOT, ANN), slow)
    await outbox.put(ChatKeys(BOT, BORIS), {"quick": "{}"})
    sweeping = asyncio.create_task(outbox.run())
    async with asyncio.timeout(SOON):
        await arrived.wait()
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping
    await outbox.close(0)
