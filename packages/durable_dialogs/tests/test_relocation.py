"""A dialog that moves to another topic, with a list of the chat's dialogs and without one."""

import pytest
from redis.asyncio import Redis

from durable_dialogs.drawing.relocation import Relocation
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.application import Application
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore

KEYS = BotKeys(1)
CHAT = KEYS.chat(2)
HERE, THERE = CHAT.record("counter"), CHAT.record("counter", 7)


@pytest.mark.parametrize("dialog_list", ["dialogs", None])
async def test_a_list_of_dialogs_follows_and_other_data_does_not(
    redis: Redis, dialog_list: str | None
) -> None:
    store = DialogStore(redis, Batch(redis), KEYS, 60, Application(dialog_list=dialog_list))

    async def load(key: str) -> Record:
        loaded = await store.load(CHAT, update_id=None, record=key)
        assert loaded.record
        return loaded.record

    stack = {"_id": "counter", "intents": ["a"]}
    counter = Record(HERE, stack=stack, contexts={"a": {}}, message_id=-5)
    data = Record(CHAT.data("dialogs"), stack={"::counter": 1})
    assert await store.commit(CHAT, [counter, data])
    await Relocation(store).move(HERE, 7)
    assert (await load(HERE)).is_new
    assert (await load(THERE)).stack == stack
    assert (await load(data.key)).stack == {":7:counter" if dialog_list else "::counter": 1}
    await Relocation(store).undo(Drawing(THERE, 2, None, -5, fresh=True, opens=True))
    assert (await load(THERE)).is_new
    assert (await load(data.key)).stack == ({} if dialog_list else {"::counter": 1})
