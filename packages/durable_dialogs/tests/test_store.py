"""The store: when the commit script writes nothing, what it reads of older versions, versions."""

import re
from pathlib import Path

import pytest
from aiogram.fsm.storage.base import StorageKey
from aiogram_dialog.api.entities import Stack
from redis.asyncio import Redis

import durable_dialogs
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import Application
from durable_dialogs.state.keys import OWN_NAMES, BotKeys
from durable_dialogs.state.outcome import AlreadyDoneError
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork

KEYS = BotKeys(1, "tally")
CHAT = KEYS.chat(2)


@pytest.fixture
def store(redis: Redis) -> DialogStore:
    """Return a store on the test's Valkey."""
    return DialogStore(redis, Batch(redis), KEYS, 60)


def record(stack: str, *intents: str) -> Record:
    """Make a new record of a stack with a context for each intent id."""
    contexts = {intent: {"_intent_id": intent, "_stack_id": stack} for intent in intents}
    return Record(CHAT.record(stack), stack={"_id": stack, "intents": intents}, contexts=contexts)


async def test_a_commit_is_refused_if_the_id_of_a_new_context_is_taken(store: DialogStore) -> None:
    assert await store.commit(CHAT, [record("menu", "a", "b"), record("counter", "c")])
    assert not await store.commit(CHAT, [record("one", "d"), record("other", "d")])
    assert not await store.commit(CHAT, [record("one", "d", "d")])
    assert not await store.commit(CHAT, [record("one", "a")])
    assert await store.commit(CHAT, [record("one", "d"), record("other", "e")])


async def test_of_two_workers_with_the_same_update_one_commits_it(
    store: DialogStore, redis: Redis
) -> None:
    one, other = UnitOfWork(store, CHAT, update_id=7), UnitOfWork(store, CHAT, update_id=7)
    for unit, entry in ((one, "1"), (other, "2")):
        assert await unit.states_of("menu") == []
        unit.deliver(entry, "paid")
    assert await one.commit([])
    with pytest.raises(AlreadyDoneError):
        await other.commit([])
    assert await redis.hgetall(CHAT.outbox) == {b"1": b"paid"}


async def test_a_commit_of_an_update_that_was_done_names_the_records_that_it_changed(
    store: DialogStore,
) -> None:
    counter = record("counter", "a")
    assert await store.commit(CHAT, [counter], done=7)
    with pytest.raises(AlreadyDoneError) as done:
        await store.commit(CHAT, [], done=7, outbox={"1": "paid"})
    assert done.value.records == [counter.key]


async def test_data_of_the_application_is_committed_with_dialogs_and_kept_alive_by_them(
    redis: Redis,
) -> None:
    store = DialogStore(redis, Batch(redis), KEYS, 60, Application(kept_alive=("cart",)))
    assert await store.commit(CHAT, [record("cart", "a")])
    unit = UnitOfWork(store, CHAT, 7)
    assert await unit.message_of("cart", None) is None
    (await unit.data("cart"))["tea"] = 2
    (await unit.data("visits"))["count"] = 1
    assert unit.record_of(Stack("cart")) == CHAT.record("cart")
    assert await unit.commit(unit.changed)
    with pytest.raises(AlreadyDoneError) as done:
        await UnitOfWork(store, CHAT, 7).data("cart")
    assert done.value.records == []
    for name in ("cart", "visits"):
        await redis.expire(CHAT.data(name), 5)
    assert await store.commit(CHAT, [record("menu", "b")])
    assert await UnitOfWork(store, CHAT).data("cart") == {"tea": 2}
    assert await redis.ttl(CHAT.data("cart")) > 50
    assert await redis.ttl(CHAT.data("visits")) <= 5


@pytest.mark.parametrize("name", ["stack", "outbox", "inline", "windows", "a:b"])
async def test_data_of_the_application_can_not_have_a_name_of_the_engines_own(
    store: DialogStore, name: str
) -> None:
    with pytest.raises(ValueError, match="can't be the name"):
        await UnitOfWork(store, CHAT).data(name)


def test_each_name_that_the_engine_uses_in_a_chat_is_reserved() -> None:
    source = Path(durable_dialogs.__file__).parent
    names = {
        name
        for file in source.rglob("*")
        if file.suffix in {".py", ".lua"}
        for name in re.findall(r"(?:tag\}|\}\}\}):(\w+)", file.read_text())
    }
    assert {"done", "sender", "windows"} <= names
    assert names <= OWN_NAMES


async def test_a_unit_of_work_refuses_a_state_of_aiograms_own_fsm(store: DialogStore) -> None:
    unit, key = UnitOfWork(store, CHAT), StorageKey(bot_id=1, chat_id=2, user_id=3)
    with pytest.raises(RuntimeError, match="contexts"):
        await unit.set_state(key, "Form:name")
    assert await unit.get_state(key) is None


async def test_marks_and_intents_of_an_older_version_lead_to_their_record(
    store: DialogStore, redis: Redis
) -> None:
    counter = record("counter", "a")
    assert await store.commit(CHAT, [counter], done=7)
    loaded = await store.load(CHAT, update_id=7, intent=CHAT.intent("a"))
    assert loaded.done == [counter.key]
    for key in (CHAT.intent("a"), CHAT.mark(7)):
        await redis.set(key, counter.key)
    assert await store.load(CHAT, update_id=7, intent=CHAT.intent("a")) == loaded


@pytest.mark.parametrize("ending", ["", "+", "++++", "+0000000009"])
async def test_versions_grow_and_stay_short_while_the_clock_is_behind(
    redis: Redis, store: DialogStore, ending: str
) -> None:
    tapped, other = record("menu", "a"), record("counter", "b")
    assert await store.commit(CHAT, [tapped, other])
    # A version of a clock that was some years ahead, also with counters in older formats.
    ahead = "19" + "0" * 14
    tapped.version, other.version = ahead + ending, ahead
    for each in (tapped, other):
        await redis.hset(each.key, "version", each.version)
        each.loaded_contexts = frozenset(each.contexts)
    for _ in range(500):
        version = await store.commit(CHAT, [tapped, other])
        assert version > tapped.version
        assert len(version) <= len(ahead) + 11
        tapped.version = other.version = version
    # Once the clock has caught up, its time is the larger version.
    assert f"{int(ahead) + 1}" > version
