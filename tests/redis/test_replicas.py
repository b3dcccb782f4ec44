"""Commits that wait for replicas (REDIS_WAIT), on a master with one replica."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import NotReplicatedError
from durable_dialogs.redis.connection import connect
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import AwayError, DialogStore, UnclearError
from telegram_playground import Answer, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.servers import COMMON, PASSWORD, Server, end_all, until
from tests.support.tally import Tally

KEYS = BotKeys(1, "tally")
CHAT = KEYS.chat(2)
UPDATE = 3
STACK = {"_id": "other"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A master and its replica."""

    master: Server
    replica: Server


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """Give a master with a replica."""
    master, replica = Server(tmp_path / "master"), Server(tmp_path / "replica")
    for server in (master, replica):
        server.config = COMMON
    replica.config += f"\nreplicaof 127.0.0.1 {master.port}"
    try:
        await master.start()
        await replica.start()
        await until(lambda: is_copied(master))
        yield Pair(master, replica)
    finally:
        await end_all([master, replica])


async def is_copied(master: Server, replicas: int = 1) -> bool:
    """Tell whether `replicas` replicas have what the master has now."""
    async with master.client() as redis:
        with suppress(ResponseError):
            await redis.set("something", "new")
            return await redis.wait(replicas, 100) == replicas
    return False


def url_of(server: Server) -> str:
    return f"redis://:{PASSWORD}@127.0.0.1:{server.port}"


def store_on(server: Server, parts: AsyncExitStack, replicas: int = 1) -> DialogStore:
    """Give a store whose commits wait for `replicas` replicas."""
    redis, batch = connect(parse(url_of(server)), replicas, parts)
    return DialogStore(redis, batch, KEYS, 60)


async def tap(store: DialogStore) -> str:
    """Carry out an update that counts a tap, unless it was done already."""
    loaded = await store.load(CHAT, update_id=UPDATE, record=CHAT.record("counter"))
    if loaded.done is not None:
        return "done already"
    record = loaded.record or Record(CHAT.record("counter"))
    record.stack = {"_id": "counter", "taps": record.stack.get("taps", 0) + 1}
    assert await store.commit(CHAT, [record], done=UPDATE)
    return "done"


async def taps_at(store: DialogStore) -> int:
    loaded = await store.load(CHAT, update_id=None, record=CHAT.record("counter"))
    assert loaded.record is not None
    return int(loaded.record.stack.get("taps", 0))


async def test_an_update_that_a_replica_has_is_done(pair: Pair) -> None:
    async with AsyncExitStack() as parts:
        store = store_on(pair.master, parts)
        assert await tap(store) == "done"
        assert await tap(store) == "done already"
        assert await taps_at(store) == 1


async def test_a_commit_is_in_doubt_for_each_worker_until_a_replica_has_it(pair: Pair) -> None:
    async with AsyncExitStack() as parts:
        one, other = store_on(pair.master, parts), store_on(pair.master, parts)
        pair.replica.stop_for_now()
        with pytest.raises(UnclearError):
            await tap(one)
        # A worker that only finds the mark must not acknowledge the update either.
        with pytest.raises(UnclearError):
            await tap(other)
        pair.replica.go_on()
        assert await tap(other) == "done already"
        assert await taps_at(one) == 1


@pytest.mark.thorough
async def test_a_commit_stays_in_doubt_while_its_master_refuses_writes(pair: Pair) -> None:
    async with AsyncExitStack() as parts:
        one, other = store_on(pair.master, parts), store_on(pair.master, parts)
        pair.replica.stop_for_now()
        with pytest.raises(UnclearError):
            await tap(one)
        await pair.master.ask("CONFIG SET", "min-replicas-max-lag", 1, "min-replicas-to-write", 1)
        await until(lambda: refuses_to_write(pair.master))
        with pytest.raises(AwayError):
            await one.commit(CHAT, [Record(CHAT.record("other"), stack=STACK)])
        with pytest.raises(UnclearError):
            await tap(other)  # Any other error would tell the person to try again.
        pair.replica.go_on()
        await until(lambda: is_copied(pair.master))
        assert await tap(other) == "done already"


async def refuses_to_write(master: Server) -> bool:
    try:
        await master.ask("SET", "something", "newer")
    except ResponseError as error:
        return "NOREPLICAS" in f"{error.status_code} {error}"
    return False


@pytest.mark.thorough
async def test_an_update_is_done_again_if_its_commit_was_lost_with_the_master(pair: Pair) -> None:
    async with AsyncExitStack() as parts:
        await pair.replica.ask("REPLICAOF", "NO", "ONE")
        with pytest.raises(UnclearError):
            await tap(store_on(pair.master, parts))
        await pair.master.end()
        after = store_on(pair.replica, parts)
        assert await taps_at(after) == 0
        with pytest.raises(UnclearError):
            await tap(after)  # It counts, but there is no replica.
        assert await taps_at(after) == 1


@pytest.mark.thorough
async def test_one_of_two_replicas_is_not_enough_if_the_other_takes_over(
    pair: Pair, tmp_path: Path
) -> None:
    other = Server(tmp_path / "other", config=pair.replica.config)
    async with AsyncExitStack() as parts:
        parts.push_async_callback(end_all, [other])
        await other.start()
        await until(lambda: is_copied(pair.master, 2))
        await pair.replica.ask("REPLICAOF", "NO", "ONE")
        # The other one still follows the old master, whose writes will be lost.
        assert await tap(store_on(pair.master, parts, 1)) == "done"
        with pytest.raises(UnclearError):
            await tap(store_on(pair.master, parts, 2))
        assert await taps_at(store_on(pair.replica, parts, 2)) == 0


@pytest.mark.thorough
async def test_an_announcement_fails_if_no_replica_has_it(pair: Pair) -> None:
    async def deliver(*_: object) -> None:
        raise AssertionError

    async with AsyncExitStack() as parts:
        redis, batch = connect(parse(url_of(pair.master)), 1, parts)
        outbox = Outbox(redis, batch, KEYS, deliver)
        await outbox.announce(CHAT, {"entry": "payload"})
        pair.replica.stop_for_now()
        with pytest.raises(NotReplicatedError):
            await outbox.announce(CHAT, {"other": "payload"})
        pair.replica.go_on()


async def test_a_commit_is_in_doubt_if_its_master_becomes_a_replica_meanwhile(
    pair: Pair,
) -> None:
    async with AsyncExitStack() as parts:
        store = store_on(pair.master, parts)
        assert await tap(store) == "done"
        pair.replica.stop_for_now()
        tapping = asyncio.create_task(
            store.commit(CHAT, [Record(CHAT.record("other"), stack=STACK)])
        )
        await until(lambda: waits_for_a_replica(pair.master))
        await pair.master.ask("REPLICAOF", "127.0.0.1", str(pair.replica.port))
        with pytest.raises(UnclearError):
            await tapping
        pair.replica.go_on()


async def waits_for_a_replica(master: Server) -> bool:
    return bool((await master.ask("INFO", "clients"))["blocked_clients"])


async def test_a_polled_update_stays_at_telegram_until_a_replica_has_it(
    pair: Pair, own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings |= {"REDIS_URL": url_of(pair.master), "REDIS_WAIT": "1"}
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await own_playground.until_pending(0)
    pair.replica.stop_for_now()
    async with own_tally.logging("inbox_unreachable"):
        press = asyncio.create_task(ann.press(counter, "+1", timeout=START))
    assert await own_playground.pending() == 1
    await own_tally.kill()
    pair.replica.go_on()
    await own_tally.start()
    assert await press == Answer(None)
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, text="Specify the number: 2")
