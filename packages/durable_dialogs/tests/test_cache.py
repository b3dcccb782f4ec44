"""The record cache: what it saves, and when what it keeps is not used."""

import pytest
from aiogram.fsm.storage.base import StorageKey
from redis.asyncio import Redis

from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.cache import LARGEST, LIFE, RecordCache
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import AlreadyDoneError
from durable_dialogs.state.record import Record, change_of
from durable_dialogs.state.retention import EntryStatus, Retention
from durable_dialogs.state.store import DialogStore, LostError
from durable_dialogs.state.unit_of_work import UnitOfWork

CHAT = BotKeys(1).chat(2)
STACK = CHAT.record("counter")
DESTINY = StorageKey(bot_id=1, chat_id=2, user_id=2, destiny="aiogd:context:a")


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock() -> Clock:
    """Return the clock of the caches."""
    return Clock()


@pytest.fixture
async def stores(redis: Redis, clock: Clock) -> list[DialogStore]:
    """Return the stores of two workers. The first has just written the counter."""
    stores = [DialogStore(redis, Batch(redis), BotKeys(1), 60) for _ in range(2)]
    for store in stores:
        store.cache = RecordCache(clock=clock)
    stack = {"_id": "counter", "intents": ["a"]}
    contexts = {"a": {"state": "Counter:counting", "dialog_data": {"value": 0}}}
    assert await stores[0].commit(CHAT, [Record(STACK, stack=stack, contexts=contexts)])
    return stores


async def begin(store: DialogStore, update_id: int) -> tuple[UnitOfWork, int]:
    """Begin a press on the counter; return its unit of work and the value that it has read."""
    unit = UnitOfWork(store, CHAT, update_id)
    context = await unit.get_data(DESTINY)
    return unit, context["dialog_data"]["value"] if context else -1


async def tap(store: DialogStore, update_id: int) -> UnitOfWork:
    """Tap on the counter; return the unit of work before its commit."""
    unit, value = await begin(store, update_id)
    context = {"_stack_id": "counter", "dialog_data": {"value": value + 1}}
    await unit.set_data(DESTINY, context)
    return unit


async def test_a_press_costs_a_single_command_while_its_record_is_kept(
    stores: list[DialogStore], redis: Redis, clock: Clock
) -> None:
    async def commands() -> int:
        calls = await redis.info("commandstats")
        return int(calls["cmdstat_evalsha"]["calls"])

    costs = []
    for update_id in range(4):
        clock.now += LIFE if update_id == 3 else 1
        before = await commands()
        unit = await tap(stores[0], update_id)
        assert await unit.commit(unit.changed)
        costs.append(await commands() - before)
    assert costs == [1, 1, 1, 2]
    assert (await begin(stores[1], 5))[1] == 4


async def test_a_record_that_another_worker_has_changed_is_loaded_and_then_not_kept_for_a_while(
    stores: list[DialogStore], clock: Clock
) -> None:
    mine, other = stores
    unit = await tap(other, 1)
    assert await unit.commit(unit.changed)
    unit = await tap(mine, 2)
    assert unit.is_cached
    assert not await unit.commit(unit.changed)
    unit.drop_cached()
    for update_id in (2, 3):
        unit = await tap(mine, update_id)
        assert not unit.is_cached
        assert await unit.commit(unit.changed)
    clock.now += LIFE
    unit = await tap(mine, 4)
    assert await unit.commit(unit.changed)
    unit, value = await begin(mine, 5)
    assert unit.is_cached
    assert value == 4


async def test_what_is_read_from_the_cache_may_lead_to_its_commit_alone(
    stores: list[DialogStore],
) -> None:
    unit, _ = await begin(stores[0], 1)
    assert unit.is_cached
    assert not unit.is_guarded_by(unit.changed)
    await unit.set_data(DESTINY, {"_stack_id": "counter", "dialog_data": {"value": 9}})
    assert unit.is_guarded_by(unit.changed)
    unit.drop_cached()
    unit, _ = await begin(stores[0], 1)
    assert not unit.is_cached
    assert unit.is_guarded_by(unit.changed)


async def test_a_press_that_only_reads_asks_whether_its_record_is_current(
    stores: list[DialogStore],
) -> None:
    mine, other = stores
    unit, _ = await begin(mine, 1)
    assert await unit.is_current()
    reading, _ = await begin(mine, 2)
    tapping = await tap(other, 3)
    assert await tapping.commit(tapping.changed)
    assert not await reading.is_current()
    # From now on it is loaded, like any record that others change too.
    reading.drop_cached()
    unit = await tap(mine, 4)
    assert await unit.commit(unit.changed)
    unit, value = await begin(mine, 5)
    assert not unit.is_cached
    assert await unit.is_current()
    assert value == 2


async def test_a_repeated_press_that_only_reads_is_recognised(stores: list[DialogStore]) -> None:
    unit = await tap(stores[0], 1)
    assert await unit.commit(unit.changed)
    repeated, _ = await begin(stores[0], 1)
    assert repeated.is_cached
    with pytest.raises(AlreadyDoneError):
        await repeated.is_current()


async def test_a_record_that_has_expired_or_was_deleted_is_found_to_be_gone(
    stores: list[DialogStore], redis: Redis
) -> None:
    await redis.delete(STACK, CHAT.intent("a"))
    unit = await tap(stores[0], 1)
    assert not await unit.commit(unit.changed)
    unit.drop_cached()
    assert (await begin(stores[0], 1))[1] == -1


async def test_a_repeated_press_is_recognised_by_its_commit(stores: list[DialogStore]) -> None:
    unit = await tap(stores[0], 1)
    assert await unit.commit(unit.changed)
    unit = await tap(stores[0], 1)
    assert unit.is_cached
    with pytest.raises(AlreadyDoneError) as done:
        await unit.commit(unit.changed)
    assert done.value.records == [STACK]


@pytest.mark.parametrize("status", [EntryStatus.DONE, EntryStatus.DOUBTFUL])
async def test_what_the_inbox_knows_to_be_done_is_not_read_from_the_cache(
    stores: list[DialogStore], status: EntryStatus
) -> None:
    unit = UnitOfWork(stores[0], CHAT, 1, Retention(is_kept=True, status=status))
    with pytest.raises((AlreadyDoneError, LostError)):
        await unit.get_data(DESTINY)


async def test_a_redraw_is_not_read_from_the_cache(stores: list[DialogStore]) -> None:
    unit = UnitOfWork(stores[0], CHAT)
    await unit.get_data(DESTINY)
    assert not unit.is_cached


async def test_the_message_of_a_kept_record_is_the_one_that_was_sent(
    stores: list[DialogStore],
) -> None:
    store = stores[0]
    for update_id, (message_id, is_kept) in enumerate(((-5, False), (77, True))):
        record = (await store.load(CHAT, update_id=None, record=STACK)).record
        assert record
        record.message_id = message_id
        assert await store.commit(CHAT, [record])
        await store.bind(STACK, -5, 77)
        unit, _ = await begin(store, update_id)
        assert unit.is_cached is is_kept
        assert await unit.message_of("counter", None) == 77


async def test_the_cache_is_bounded_in_bytes() -> None:
    def keep(number: int, size: int) -> bool:
        record = Record(CHAT.record(str(number)), stack={"_id": "x" * size})
        record.contexts = {f"{number}": {}}
        cache.keep(record, change_of(CHAT, record), b"1")
        return cache.find(CHAT.intent(f"{number}")) is not None

    cache = RecordCache(room=1_000_000)
    assert all(keep(number, 10_000) for number in range(200))
    found = [cache.find(CHAT.intent(f"{number}")) is not None for number in range(200)]
    assert 90 <= sum(found) <= 100
    assert all(found[-90:])
    assert not keep(0, LARGEST)
