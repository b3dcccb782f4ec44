"""Batches of commands: their connections, and whose answer is whose."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from durable_dialogs.redis import reconnecting
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import AT_ONCE, Batch
from durable_dialogs.redis.connection import connect
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey


async def test_scripts_that_the_server_does_not_know_leave_connections_for_others(
    valkey: EmbeddedValkey,
) -> None:
    async with AsyncExitStack() as parts:
        redis, batch = connect(parse(valkey.url), 0, parts)
        await redis.script_flush()
        double = redis.register_script("return 2 * ARGV[1]")
        numbers = range(50)
        doubled = await asyncio.gather(*(batch.run(double, [], [each]) for each in numbers))
        assert doubled == [2 * each for each in numbers]
        assert await redis.ping()


async def test_a_late_answer_reaches_nobody_else(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "ANSWER", 0.3)
    batch = Batch(redis)
    await batch.send("SET", "batch:late", "late")
    await batch.send("SET", "batch:other", "other")
    await redis.client_pause(1_000)
    with pytest.raises(RedisTimeoutError):
        await batch.send("GET", "batch:late")
    while True:
        try:
            other = await batch.send("GET", "batch:other")
        except (RedisTimeoutError, RedisConnectionError):
            continue
        break
    assert other == b"other"
    assert await batch.send("GET", "batch:late") == b"late"


async def test_many_commands_take_few_connections(redis: Redis) -> None:
    batch, waiting = Batch(redis), []
    for number in range(3 * AT_ONCE):
        waiting.append(asyncio.ensure_future(batch.send("BLPOP", f"batch:list{number}", 30)))
        await asyncio.sleep(0)  # so each command comes in an iteration of its own
    for number in range(3 * AT_ONCE):
        await redis.lpush(f"batch:list{number}", number)
    assert len(await asyncio.gather(*waiting)) == 3 * AT_ONCE
    assert len(await redis.client_list()) <= AT_ONCE + 1
