"""Taking over dialogs of aiogram-dialog's own storage: what is taken, and that it is taken once."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.memory import MemoryStorage
from redis.asyncio import Redis
from typing_extensions import override

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import Application
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork

CHAT = BotKeys(1).chat(2)
STACK = StorageKey(bot_id=1, chat_id=2, user_id=2, thread_id=3, destiny="aiogd:stack:<4>")
LOWER = replace(STACK, destiny="aiogd:context:lower")
UPPER = replace(STACK, destiny="aiogd:context:upper")


class Former(MemoryStorage):
    """The storage that was used before.

    Attributes:
        reads: How often it was asked.
        is_kept: Whether it keeps what is to be deleted, as if the process had been killed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reads, self.is_kept = 0, False

    @override
    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        self.reads += 1
        return await super().get_data(key)

    @override
    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        if not self.is_kept:
            await super().set_data(key, data)


@pytest.fixture
async def former() -> Former:
    """Return a storage with a stack of two dialogs in a topic, as aiogram-dialog writes it."""
    former = Former()
    stack = {
        "_id": "<4>",
        "intents": ["lower", "lost", "upper"],
        "last_message_id": 77,
        "last_reply_keyboard": False,
        "last_media_id": None,
        "last_media_unique_id": None,
        "last_income_media_group_id": None,
    }
    await former.set_data(STACK, stack)
    for key, value in ((LOWER, 1), (UPPER, 2)):
        context = {
            "_intent_id": key.destiny.rpartition(":")[2],
            "_stack_id": "<4>",
            "state": "Shop:main",
            "start_data": None,
            "dialog_data": {"value": value},
            "widget_data": {},
            "access_settings": {"user_ids": [4], "custom": None},
        }
        await former.set_data(key, context)
    return former


@pytest.fixture
def store(redis: Redis, former: Former) -> DialogStore:
    """Return a store for a bot that used that storage."""
    return DialogStore(redis, Batch(redis), BotKeys(1), 60, Application(before=former))


@pytest.mark.parametrize("first", [STACK, UPPER, LOWER])
async def test_a_stack_is_taken_over_with_its_contexts_whichever_is_asked_for_first(
    store: DialogStore, former: Former, first: StorageKey
) -> None:
    unit = UnitOfWork(store, CHAT, 5)
    assert await unit.get_data(first)
    assert await unit.get_data(STACK) == {
        "_id": "<4>",
        "intents": ["lower", "upper"],
        "last_message_id": 77,
    }
    context = await unit.get_data(UPPER)
    assert context["dialog_data"] == {"value": 2}
    assert context["access_settings"] == {"user_ids": [4], "custom": None}
    assert await unit.commit(unit.changed)
    async with asyncio.timeout(5):
        while any([await former.get_data(key) for key in (STACK, UPPER, LOWER)]):
            await asyncio.sleep(0.01)
    assert (await UnitOfWork(store, CHAT, 6).get_data(LOWER))["dialog_data"] == {"value": 1}


async def test_of_two_updates_at_once_one_takes_it_over(store: DialogStore) -> None:
    one, other = UnitOfWork(store, CHAT, 5), UnitOfWork(store, CHAT, 6)
    for unit in (one, other):
        assert await unit.get_data(UPPER)
    assert await one.commit(one.changed)
    assert not await other.commit(other.changed)


@pytest.mark.parametrize("is_reset", [False, True])
async def test_what_was_closed_does_not_come_back_also_if_it_was_never_deleted(
    store: DialogStore, former: Former, *, is_reset: bool
) -> None:
    former.is_kept = True
    unit = UnitOfWork(store, CHAT, 5)
    assert await unit.get_data(UPPER)
    if is_reset:
        unit.reset()
    else:
        for key in (UPPER, LOWER, STACK):
            await unit.set_data(key, {})
    assert await unit.commit(unit.changed)
    for key in (STACK, UPPER, LOWER):
        assert await UnitOfWork(store, CHAT, 6).get_data(key) == {}


async def test_a_storage_is_asked_once_for_what_it_does_not_have(
    store: DialogStore, former: Former
) -> None:
    for update_id in range(5):
        unit = UnitOfWork(store, CHAT, update_id)
        assert await unit.get_data(replace(STACK, destiny="aiogd:stack:")) == {}
        assert await unit.get_data(replace(STACK, destiny="aiogd:context:other")) == {}
    assert former.reads == 2


async def test_a_picture_is_not_edited_by_an_id_that_means_another_thing(
    store: DialogStore, former: Former
) -> None:
    stack = await former.get_data(STACK)
    stack |= {"last_media_id": "AgACAgIAA", "last_media_unique_id": "AQADx"}
    await former.set_data(STACK, stack)
    taken = await UnitOfWork(store, CHAT, 5).get_data(STACK)
    assert taken["last_media_unique_id"] == "photo"
