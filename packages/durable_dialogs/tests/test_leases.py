"""Leases: a worker whose lease has expired takes nothing from the next one."""

from redis.asyncio import Redis

from durable_dialogs.delivery.leases import Lease, Leases
from durable_dialogs.state.keys import BotKeys

NAME = "export:1"


async def test_an_expired_lease_goes_to_the_next_worker(redis: Redis) -> None:
    slow, quick, third = [Leases(redis, BotKeys(1), memory=60) for _ in range(3)]
    assert await slow.claim(NAME) is Lease.MINE
    await redis.delete(*await redis.keys("*claim*"))  # it expires
    assert await quick.claim(NAME) is Lease.MINE
    await slow.release(NAME)
    await slow.hold(NAME)
    assert await third.claim(NAME) is Lease.BUSY
    await quick.release(NAME)
    assert await third.claim(NAME) is Lease.MINE
    await third.settle(NAME)
    await third.release(NAME)
    assert await slow.claim(NAME) is Lease.DONE


async def test_a_worker_can_extend_its_expired_lease_if_no_other_has_claimed_it(
    redis: Redis,
) -> None:
    slow, other = [Leases(redis, BotKeys(1), memory=60) for _ in range(2)]
    assert await slow.claim(NAME) is Lease.MINE
    await redis.delete(*await redis.keys("*claim*"))
    await slow.hold(NAME)
    assert await other.claim(NAME) is Lease.BUSY
    await slow.release(NAME)
    assert await other.claim(NAME) is Lease.MINE
