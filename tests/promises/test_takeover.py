"""A bot that ran on aiogram-dialog's own storage goes on with its open dialogs in the engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, DefaultKeyBuilder
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, Message, Update
from aiogram_dialog import Data, Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Button, Cancel, Start
from aiogram_dialog.widgets.text import Const, Format
from redis.asyncio import Redis

from durable_dialogs import DurableDialogs, UnitOfWork
from durable_dialogs.redis.batch import Batch
from durable_dialogs.telegram.session import Session
from telegram_playground import Message as Shown
from telegram_playground import Person, Playground
from tests.promises.test_background import polling
from tests.support.nursery import START

GONE = "Gone"
"""The answer to a press on a dialog that is closed."""


class Shop(StatesGroup):
    """A window that counts, and opens another dialog."""

    main = State()


class Cart(StatesGroup):
    """A dialog on top of it, with a count of its own."""

    main = State()


async def add(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Count a press."""
    manager.dialog_data["count"] = manager.dialog_data.get("count", 0) + 1


async def finish(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Close the cart with what it has counted."""
    await manager.done(manager.dialog_data["count"])


async def paid(_start: Data, result: object, manager: DialogManager) -> None:
    """Note what the cart has counted."""
    manager.dialog_data["paid"] = result


async def read(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what a window shows."""
    return {"count": 0, "paid": 0, **dialog_manager.dialog_data}


async def begin(_message: Message, dialog_manager: DialogManager) -> None:
    """Open the shop."""
    await dialog_manager.start(Shop.main, mode=StartMode.RESET_STACK)


def add_handlers(dispatcher: Dispatcher) -> None:
    """Add the handlers and dialogs of the bot."""
    dispatcher.message.register(begin, CommandStart())
    shop = Window(
        Format("Shop {count}, paid {paid}"),
        Button(Const("+1"), "add", add),
        Start(Const("Cart"), "cart", Cart.main),
        Cancel(Const("Close")),
        state=Shop.main,
        getter=read,
    )
    cart = Window(
        Format("Cart {count}"),
        Button(Const("+1"), "add", add),
        Button(Const("Pay"), "pay", finish),
        state=Cart.main,
        getter=read,
    )
    dispatcher.include_routers(Dialog(shop, on_process_result=paid), Dialog(cart))


async def gone(_error: Exception, _update: Update, _data: object, unit: UnitOfWork) -> None:
    """Answer a press on a dialog that is closed."""
    unit.answer(GONE)


@asynccontextmanager
async def former(bot: Bot, storage: BaseStorage) -> AsyncIterator[None]:
    """Run the bot as it was: aiogram-dialog on a storage of aiogram."""
    dispatcher = Dispatcher(storage=storage)
    add_handlers(dispatcher)
    setup_dialogs(dispatcher)
    task = asyncio.create_task(poll(bot, dispatcher))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def poll(bot: Bot, dispatcher: Dispatcher) -> None:
    """Poll until cancelled, and leave the storage open."""
    offset, tasks = None, set()
    while True:
        for update in await bot.get_updates(offset=offset, timeout=5):
            offset = update.update_id + 1
            tasks.add(asyncio.create_task(dispatcher.feed_update(bot, update)))


@asynccontextmanager
async def durable(bot: Bot, redis: Redis, storage: BaseStorage) -> AsyncIterator[None]:
    """Run the bot in the engine."""
    dialogs = DurableDialogs(bot, redis=(redis, Batch(redis)), before=storage, on_error=gone)
    dispatcher = Dispatcher(disable_fsm=True)
    add_handlers(dispatcher)
    async with polling(dialogs, dispatcher):
        yield


@pytest.fixture
async def storage(redis: Redis) -> RedisStorage:
    """Return the storage that the bot had before, on the Redis that the engine uses too."""
    return RedisStorage(redis, key_builder=DefaultKeyBuilder(with_destiny=True))


@pytest.fixture
async def bot(own_playground: Playground) -> AsyncIterator[Bot]:
    """Return the bot."""
    session = Session(api=TelegramAPIServer.from_base(own_playground.url))
    async with Bot(own_playground.token, session) as bot:
        yield bot


async def until_empty(redis: Redis) -> None:
    """Wait until the former storage has no dialogs any more."""
    async with asyncio.timeout(START):
        while await redis.keys("fsm:*"):
            await asyncio.sleep(0.01)


async def test_open_dialogs_go_on_and_closed_ones_do_not_come_back(
    own_playground: Playground, bot: Bot, redis: Redis, storage: RedisStorage
) -> None:
    ann, bob, eve = [await own_playground.person(name) for name in ("Ann", "Bob", "Eve")]
    group = await own_playground.group("Friends", members=[ann, bob])
    async with former(bot, storage):
        for person, chat in ((ann, None), (bob, None), (eve, None), (ann, group)):
            await person.send("/start", chat=chat)
        windows = [await person.receive() for person in (ann, bob, eve)]
        in_group = await ann.receive(group)
        for person, window in zip((ann, bob, eve), windows, strict=True):
            await person.press(window, "+1")
            await person.until(window, text="Shop 1, paid 0")
        await ann.press(in_group, "+1")
        of_ann, of_bob, of_eve = windows
        await ann.press(of_ann, "Cart")
        await ann.press(await ann.until(of_ann, text="Cart 0"), "+1")
        in_cart = await ann.until(of_ann, text="Cart 1")
        await eve.press(of_eve, "Close")
    async with durable(bot, redis, storage):
        await asyncio.gather(*(ann.press(in_cart, "+1") for _ in range(20)))
        await ann.press(await ann.until(of_ann, text="Cart 21"), "Pay")
        shop = await ann.until(of_ann, text="Shop 1, paid 21")
        await bob.press(of_bob, "+1")
        await bob.until(of_bob, text="Shop 2, paid 0")
        await ann.press(in_group, "+1")
        await ann.until(in_group, text="Shop 2, paid 0")
        assert await pressed(eve, of_eve) == GONE
        await until_empty(redis)
        await ann.press(shop, "Close")
        await bob.send("/start")
        anew = await bob.receive()
        assert [await pressed(ann, shop), await pressed(bob, of_bob)] == [GONE, GONE]
        await bob.press(anew, "+1")
        await bob.until(anew, text="Shop 1, paid 0")


async def pressed(person: Person, window: Shown) -> str:
    """Press on a window; return what is answered."""
    answer = await person.press(window, data=window.button("+1").callback_data)
    return answer.text if answer and answer.text else ""
