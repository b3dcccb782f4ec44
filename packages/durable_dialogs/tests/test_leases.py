"""Claims: whose time has run out takes nothing from whoever came after."""

from redis.asyncio import Redis

from durable_dialogs.delivery.leases import Lease, Leases

NAME = "export:1"


async def test_a_claim_that_has_run_out_is_the_next_ones(redis: Redis) -> None:
    slow, quick, third = [Leases(redis, 1, memory=60) for _ in range(3)]
    assert await slow.claim(NAME) is Lease.MINE
    await redis.delete(*await redis.keys("*claim*"))  # as when it is over
    assert await quick.claim(NAME) is Lease.MINE
    await slow.release(NAME)
    await slow.hold(NAME)
    assert await third.claim(NAME) is Lease.BUSY
    await quick.release(NAME)
    assert await third.claim(NAME) is Lease.MINE
    await third.settle(NAME)
    await third.release(NAME)
    assert await slow.claim(NAME) is Lease.DONE


async def test_who_holds_a_claim_goes_on_though_it_ran_out_meanwhile(redis: Redis) -> None:
    slow, other = [Leases(redis, 1, memory=60) for _ in range(2)]
    assert await slow.claim(NAME) is Lease.MINE
    await redis.delete(*await redis.keys("*claim*"))
    await slow.hold(NAME)
    assert await other.claim(NAME) is Lease.BUSY
    await slow.release(NAME)
    assert await other.claim(NAME) is Lease.MINE
