"""The inbox: what it has no room for stays at Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update
from redis.asyncio import Redis

from durable_dialogs.delivery import fair_queue
from durable_dialogs.delivery import inbox as inbox_module
from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox import FULL, Inbox
from durable_dialogs.delivery.inbox_store import InboxStore
from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.quarantine import Quarantine
from durable_dialogs.intake.reading import Reader
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.telegram.session import Session
from durable_dialogs.token_bucket import TokenBucket
from telegram_playground import Playground
from tests.support.nursery import START


@pytest.fixture
async def bot(own_playground: Playground) -> AsyncIterator[Bot]:
    """Give a bot on a playground of the test's own."""
    session = Session(api=TelegramAPIServer.from_base(own_playground.url))
    async with Bot(own_playground.token, session) as own:
        yield own


async def test_updates_stay_at_telegram_while_the_inbox_is_full(
    own_playground: Playground, bot: Bot, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, room = 5 * FULL, 2 * FULL
    monkeypatch.setattr(inbox_module, "ROOM", room)
    monkeypatch.setattr(inbox_module, "RELEASE", START)
    monkeypatch.setattr(fair_queue, "PERSON_BUCKET", partial(TokenBucket, burst=size, rate=1))
    may_end, done = asyncio.Event(), list[int]()

    async def feed(update: Update, **_: object) -> None:
        await may_end.wait()
        done.append(update.update_id)

    ann = await own_playground.person("Ann")
    for number in range(size):
        await ann.send(f"tea {number}")
    kinds = ["message"]
    reader = Reader(bot, payer_of=lambda _payload: None)
    batch = Batch(redis)
    quarantine = Quarantine(redis, batch, BotKeys(bot.id))
    intake = Intake(bot, reader, quarantine, feed, str, kinds=kinds)
    store = InboxStore(redis, batch, BotKeys(bot.id), is_redis_away=lambda: False)
    inbox = Inbox(Fetcher(bot, kinds), store, intake.carry_out)
    running = asyncio.create_task(inbox.run())
    entries = BotKeys(bot.id).own("inbox")
    async with asyncio.timeout(START):
        while await redis.hlen(entries) < room:
            await asyncio.sleep(0.01)
    assert len(await own_playground.calls("getUpdates")) == room / FULL
    # The inbox has the last batch, but has not acknowledged it to Telegram yet.
    assert await own_playground.pending() == size - room + FULL
    may_end.set()
    async with asyncio.timeout(START):
        while len(done) < size:
            await asyncio.sleep(0.01)
    assert done == sorted(done)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await inbox.close(within=START)
    assert not await redis.exists(entries)
