"""The inbox: nobody is told to try again if their update comes again because of an older one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update
from redis.asyncio import Redis

from durable_dialogs.delivery.fetcher import Fetcher
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.delivery.inbox_store import InboxStore
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.reconnecting import UnreachableError
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.retention import Retention
from durable_dialogs.state.update_data import IS_KEPT, RETENTION
from durable_dialogs.telegram.session import Session
from telegram_playground import Playground
from tests.support.nursery import START


class Unreachable(Batch):
    """A batch that can't reach Redis."""

    async def send(self, *_command: object, safe: bool = False) -> object:
        """Send a command; see `Batch`."""
        raise UnreachableError(safe)


class Carried:
    """Carries out updates, each until the test sets `done`.

    Attributes:
        begun: What the inbox gave with each update, by the update's text.
        done: Ends all updates.
    """

    def __init__(self) -> None:
        self.begun: dict[str, tuple[Callable[[], bool], Retention]] = {}
        self.done = asyncio.Event()

    async def carry_out(self, body: bytes, **data: object) -> None:
        """Carry an update out; see `Inbox`."""
        update = Update.model_validate_json(body)
        assert update.message
        assert update.message.text
        is_kept, retention = data[IS_KEPT], data[RETENTION]
        assert callable(is_kept)
        assert isinstance(retention, Retention)
        self.begun[update.message.text] = is_kept, retention
        await self.done.wait()

    def comes_again(self, text: str) -> bool:
        """Tell whether an update comes again after a restart, by what the inbox tells it."""
        return self.begun[text][0]()


@pytest.fixture
async def bot(own_playground: Playground) -> AsyncIterator[Bot]:
    """Give a bot on a playground of the test's own."""
    session = Session(api=TelegramAPIServer.from_base(own_playground.url))
    async with Bot(own_playground.token, session) as own:
        yield own


async def test_an_update_above_one_in_doubt_comes_again_with_it(
    own_playground: Playground, bot: Bot, redis: Redis
) -> None:
    for text in "abc":
        await (await own_playground.person(text)).send(text)
    carried = Carried()
    store = InboxStore(redis, Unreachable(redis), BotKeys(bot.id), is_redis_away=lambda: False)
    inbox = Inbox(Fetcher(bot, ["message"]), store, carried.carry_out)
    running = asyncio.create_task(inbox.run())
    async with asyncio.timeout(START):
        while len(carried.begun) < 3:
            await asyncio.sleep(0.01)
    assert [carried.comes_again(text) for text in "abc"] == [False, False, False]
    # While the commit of the second is under way, Redis may have written it.
    _, retention = carried.begun["b"]
    retention.begin_commit(Update(update_id=1), "mark")
    assert [carried.comes_again(text) for text in "abc"] == [False, False, True]
    retention.end_commit()
    assert [carried.comes_again(text) for text in "abc"] == [False, False, False]
    # The second is a payment, or its commit is unclear.
    retention.must_settle = True
    assert [carried.comes_again(text) for text in "abc"] == [False, False, True]
    carried.done.set()
    async with asyncio.timeout(START):
        while carried.comes_again("c"):
            await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await inbox.close(within=START)
