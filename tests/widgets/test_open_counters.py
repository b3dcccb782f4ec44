"""The list of a chat's open counters: expired ones do not pile up on it."""

from aiogram.fsm.storage.base import StorageKey
from aiogram_dialog.api.entities import Stack
from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from widgets.open_counters import LONG, OPEN_COUNTERS, SAMPLE, OpenCounters

KEYS = BotKeys(1, "tally")
GROUP = KEYS.chat(-100)
LIVE = 60
"""Counters that stay open."""


async def open_counter(store: DialogStore, owner: int) -> str:
    """Open a counter of a person as a dialog does; return its record."""
    unit, stack_id, intent = UnitOfWork(store, GROUP), f"s{owner}", f"i{owner}"
    stack_key = StorageKey(1, -100, owner, destiny=f"aiogd:stack:{stack_id}")
    context_key = StorageKey(1, -100, owner, destiny=f"aiogd:context:{intent}")
    await unit.get_data(stack_key)
    await unit.set_data(stack_key, {"_id": stack_id, "intents": [intent]})
    await unit.set_data(context_key, {"_stack_id": stack_id, "state": "x", "dialog_data": {}})
    assert await OpenCounters(unit).add(Stack(_id=stack_id), owner, at_most=20)
    assert await unit.commit(unit.changed)
    return GROUP.record(stack_id)


async def test_expired_counters_of_people_who_never_return_leave_the_list(redis: Redis) -> None:
    store = DialogStore(redis, Batch(redis), KEYS, 60)
    for owner in range(LIVE):
        await open_counter(store, owner)
    longest = 0
    for owner in range(LIVE, LIVE + 400):
        await redis.delete(await open_counter(store, owner))
        longest = max(longest, len(await UnitOfWork(store, GROUP).data(OPEN_COUNTERS)))
    listed = await UnitOfWork(store, GROUP).data(OPEN_COUNTERS)
    assert listed.keys() >= {f"::s{owner}" for owner in range(LIVE)}
    # One of `SAMPLE` is expired on average; chance may find none for a while.
    assert longest <= max(LONG, LIVE) + 3 * SAMPLE
