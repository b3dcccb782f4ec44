"""What a start tells: a mistake in one line, or that the bot runs."""

import asyncio
from typing import Any, cast

import pytest
from aiogram import Dispatcher
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder
from aiogram.fsm.storage.redis import RedisStorage
from aiogram_dialog import setup_dialogs
from structlog.testing import capture_logs

from durable_dialogs import DurableDialogs
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import make_bot
from telegram_playground import Playground

LONG = 60


async def test_dialogs_that_are_set_up_twice_are_refused(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    before = Dispatcher()
    setup_dialogs(before)
    with pytest.raises(RuntimeError, match="in place of setup_dialogs"):
        DurableDialogs().setup(before)
    after = Dispatcher()
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(after)
    setup_dialogs(after)
    with pytest.raises(RuntimeError, match="in place of setup_dialogs"):
        await dialogs.start_polling(handle_signals=False)


@pytest.mark.parametrize("kind", ["address", "key builder", "unreachable"])
async def test_a_former_storage_that_can_not_be_read_ends_the_start(
    playground: Playground, valkey: EmbeddedValkey, kind: str
) -> None:
    builder = DefaultKeyBuilder(with_destiny=True)
    storages: dict[str, BaseStorage] = {
        "address": cast("BaseStorage", valkey.url),
        "key builder": RedisStorage.from_url(valkey.url),
        "unreachable": RedisStorage.from_url("unix:///nowhere", key_builder=builder),
    }
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url, before=storages[kind])
    dialogs.setup(Dispatcher())
    with pytest.raises((TypeError, ValueError), match=r"^before: .+") as caught:
        await dialogs.start_polling(handle_signals=False)
    assert len(str(caught.value).splitlines()) == 1
    if isinstance(storage := storages[kind], RedisStorage):
        await storage.close()


async def test_a_line_tells_that_the_bot_runs(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    dialogs = DurableDialogs(make_bot(playground), redis_url=valkey.url)
    dialogs.setup(Dispatcher())
    with capture_logs() as logs:
        async with dialogs, asyncio.timeout(LONG):
            while not (lines := [line for line in logs if line["event"] == "running"]):
                await asyncio.sleep(0.02)
    expected: dict[str, Any] = {
        "event": "running",
        "log_level": "info",
        "bot": "playground_bot",
        "updates": "feed_update",
        "workers": 1,
        "redis": "server",
    }
    assert lines == [expected]
