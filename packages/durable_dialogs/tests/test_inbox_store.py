"""The store of the inbox removes the entry of each update that is done."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs
from typing_extensions import override

from durable_dialogs.delivery import inbox_store
from durable_dialogs.delivery.inbox_store import InboxStore, PendingUpdate
from durable_dialogs.redis.batch import Argument, Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.retention import Retention
from durable_dialogs.telegram.raw_updates import RawUpdate

KEYS = BotKeys(1)
INBOX = KEYS.own("inbox")


class SlowBatch(Batch):
    """Sends commands to Redis, whose answers come when the test says so."""

    @override
    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.has_written = asyncio.Event()
        self.may_answer = asyncio.Event()

    @override
    async def send(self, *command: Argument, safe: bool = False) -> Any:
        result = await super().send(*command, safe=safe)
        self.has_written.set()
        await self.may_answer.wait()
        return result


def pending(*ids: int) -> list[PendingUpdate]:
    return [PendingUpdate(RawUpdate(id_, b"{}"), Retention()) for id_ in ids]


async def test_an_update_may_be_kept_before_redis_has_answered(redis: Redis) -> None:
    batch = SlowBatch(redis)
    store = InboxStore(redis, batch, KEYS, is_redis_away=lambda: False)
    keeping = asyncio.create_task(store.keep(pending(1)))
    await batch.has_written.wait()
    assert store.may_be_kept(1)
    assert not store.kept
    batch.may_answer.set()
    await keeping
    assert store.kept == {1}


async def test_an_update_is_not_kept_if_redis_refused_the_write(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_store, "PAUSE", 0.01)
    store = InboxStore(redis, Batch(redis), KEYS, is_redis_away=lambda: False)
    await redis.config_set("maxmemory", 1)
    with capture_logs() as logs:
        keeping = asyncio.create_task(store.keep(pending(1)))
        while not logs:
            await asyncio.sleep(0.001)
    assert not store.may_be_kept(1)
    await redis.config_set("maxmemory", 0)
    await keeping
    assert store.kept == {1}


async def test_a_stop_during_a_write_leaves_no_entry_of_a_done_update(redis: Redis) -> None:
    batch = SlowBatch(redis)
    store = InboxStore(redis, batch, KEYS, is_redis_away=lambda: False)
    first, second = updates = pending(1, 2)
    keeping = asyncio.create_task(store.keep(updates))
    await batch.has_written.wait()
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    first.done.set_result(None)
    store.note_done(first)
    releasing = asyncio.create_task(store.release())
    batch.may_answer.set()
    await releasing
    assert await redis.hkeys(INBOX) == [b"2"]
    assert store.kept == {2}
    second.done.set_result(None)
    store.note_done(second)
    await store.release()
    assert not await redis.exists(INBOX)
