"""All workers agree on the owner of each chat, as long as they know each other."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from durable_support.peers import CHATS, KEYS, Run, running


@pytest.fixture
async def run(redis: Redis) -> AsyncIterator[Run]:
    """Give a function that runs a worker, which all that run know then."""
    async with running(redis) as run:
        yield run


async def test_all_workers_agree_and_each_owns_its_part(run: Run) -> None:
    workers = [await run() for _ in range(4)]
    views = [
        [worker.ownership.owner_of(chat) or worker.name for chat in CHATS] for worker in workers
    ]
    assert views == [views[0]] * 4
    for worker in workers:
        assert 180 < views[0].count(worker.name) < 320


async def test_only_the_chats_of_a_worker_that_went_change_their_owner(
    run: Run, redis: Redis
) -> None:
    one, two, three = [await run() for _ in range(3)]
    before = {chat: one.ownership.owner_of(chat) for chat in CHATS}
    await three.registry.close(1)
    await one.registry.gone([])
    after = {chat: one.ownership.owner_of(chat) for chat in CHATS}
    moved = {chat for chat in CHATS if before[chat] != after[chat]}
    assert moved == {chat for chat in CHATS if before[chat] == three.name}
    assert {after[chat] for chat in moved} == {None, two.name}
    assert await redis.hlen(KEYS.own("addresses")) == 2


async def test_a_worker_of_a_former_version_counts_and_owns_nothing(run: Run, redis: Redis) -> None:
    worker = await run()
    seconds, _ = await redis.time()
    await redis.zadd(KEYS.own("crew"), {"machine:7:ab": seconds})
    assert await worker.registry.gone(["machine:7:ab", "machine:8:ab"]) == {"machine:8:ab"}
    assert worker.registry.others == {}
    # It reads names and nothing else.
    assert set(await redis.zrange(KEYS.own("crew"), 0, -1)) == {
        b"machine:7:ab",
        worker.name.encode(),
    }


async def test_a_socket_of_another_machine_is_not_reached(run: Run, redis: Redis) -> None:
    worker = await run()
    seconds, _ = await redis.time()
    await redis.zadd(KEYS.own("crew"), {"machine:7:ab": seconds, "machine:8:ab": seconds})
    await redis.hset(KEYS.own("addresses"), "machine:7:ab", "unix:/somewhere/7.sock")
    await redis.hset(KEYS.own("addresses"), "machine:8:ab", "tcp://machine:8")
    await worker.registry.gone([])
    assert worker.registry.others == {"machine:8:ab": "tcp://machine:8"}
