"""A group with many open counters becomes a supergroup."""

from collections.abc import Iterable, Mapping
from typing import cast

from redis.asyncio import Redis
from typing_extensions import override

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.group_upgrade import GroupUpgrades, upgrade_of
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import Application
from durable_dialogs.state.keys import ChatKeys
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import MEMORY, DialogStore
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.pending_redraws import KEYS, Idle, pending_redraws

COUNTERS = 120
LISTING = Application(dialog_list="counters")
OLD, NEW = KEYS.chat(-100), KEYS.chat(-1_000_000_000_200)
PAYLOAD = upgrade_of(-100, -1_000_000_000_200)[1]


class Killed(BaseException):
    """The process has ended."""


class Store(DialogStore):
    """A store that notes its commits, and ends the process before one of them.

    Attributes:
        written: How many outbox entries each commit has written.
        refused: How many commits were refused, because a record had changed.
        lives: How many commits the process makes before it is killed.
    """

    lives = 10_000

    def __init__(self, redis: Redis, application: Application) -> None:
        super().__init__(redis, Batch(redis), KEYS, 600, application)
        self.written: list[int] = []
        self.refused = 0

    @override
    async def commit(
        self,
        chat: ChatKeys,
        records: Iterable[Record],
        *,
        done: int | None = None,
        memory: int | None = MEMORY,
        outbox: Mapping[str, str] | None = None,
    ) -> str:
        if self.lives == 0:
            raise Killed
        self.lives -= 1
        version = await super().commit(chat, records, done=done, memory=memory, outbox=outbox)
        self.written.append(len(outbox or ()))
        self.refused += not version
        return version


def process(
    redis: Redis, application: Application = LISTING
) -> tuple[Store, GroupUpgrades, Outbox]:
    """Start a process; return its parts that move groups."""
    batch, store = Batch(redis), Store(redis, application)
    workers = WorkerRegistry(redis, batch, KEYS)
    pending = pending_redraws(redis, batch, cast("Renderer", Idle()), workers)
    upgrades = GroupUpgrades(store, pending)

    async def deliver(_outbox: Outbox, _entry: str, payload: str) -> None:
        await upgrades.put(payload)

    return store, upgrades, Outbox(redis, batch, KEYS, deliver)


async def open_counters(store: Store) -> None:
    """Open counters in the group, and note one more that has expired since."""
    names = {f"::m{number}": 1000 + number for number in range(COUNTERS)}
    for number, (name, owner) in enumerate(names.items()):
        stack = {"_id": f"m{number}", "intents": [f"i{number}"]}
        record = Record(OLD.named(name), owner=owner, stack=stack, contexts={f"i{number}": {}})
        assert await store.commit(OLD, [record])
    listed = Record(OLD.data("counters"), stack={"::expired": 1, **names})
    assert await store.commit(OLD, [listed])


async def listed(store: Store, chat: ChatKeys) -> dict[str, int]:
    """Return the owners on a chat's list of open counters."""
    loaded = await store.load(chat, update_id=None, record=chat.data("counters"))
    return loaded.record.stack if loaded.record else {}


async def test_all_counters_move_some_at_a_time_although_a_process_is_killed_between(
    redis: Redis,
) -> None:
    store, upgrades, outbox = process(redis)
    await open_counters(store)
    store.lives, store.written = 1, []
    try:
        await upgrades.take(outbox, PAYLOAD)
    except Killed:
        assert 0 < len(await listed(store, OLD)) < COUNTERS
    store_2, upgrades, outbox = process(redis)
    await upgrades.take(outbox, PAYLOAD)
    written = [entries for entries in store.written + store_2.written if entries]
    assert sum(written) == COUNTERS
    assert max(written) <= 50
    assert await listed(store, OLD) == {}
    assert set((await listed(store, NEW)).values()) == {1000 + each for each in range(COUNTERS)}
    # One after the other, because all of them are noted in one list.
    assert store_2.refused == 0
    assert await redis.exists(*(OLD.named(f"::m{number}") for number in range(COUNTERS))) == 0


async def test_data_of_a_bot_without_a_list_of_dialogs_stays_as_it_is(redis: Redis) -> None:
    store, upgrades, outbox = process(redis, Application())
    data = Record(OLD.data("dialogs"), stack={"a": 1, "b": {"c": 2}})
    assert await store.commit(OLD, [data])
    await upgrades.take(outbox, PAYLOAD)
    loaded = await store.load(OLD, update_id=None, record=data.key)
    assert loaded.record
    assert loaded.record.stack == {"a": 1, "b": {"c": 2}}
    assert not await redis.exists(OLD.outbox)
