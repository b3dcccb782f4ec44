"""The store of the inbox removes the entry of each update that is done."""

import asyncio
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from typing_extensions import override

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


async def test_a_stop_during_a_write_leaves_no_entry_of_a_done_update(redis: Redis) -> None:
    batch = SlowBatch(redis)
    store = InboxStore(redis, batch, KEYS, is_redis_away=lambda: False)
    first, second = updates = [PendingUpdate(RawUpdate(id_, b"{}"), Retention()) for id_ in (1, 2)]
    keeping = asyncio.create_task(store.keep(updates))
    await batch.has_written.wait()
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    first.done.set_result(None)
    store.note_done(first)
    assert not store.is_kept(2)
    releasing = asyncio.create_task(store.release())
    batch.may_answer.set()
    await releasing
    assert await redis.hkeys(INBOX) == [b"2"]
    assert store.is_kept(2)
    second.done.set_result(None)
    store.note_done(second)
    await store.release()
    assert not await redis.exists(INBOX)
