"""Dialogs that handlers start in the background, with `manager.bg()` of aiogram-dialog."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format
from redis.asyncio import Redis

from durable_dialogs import DurableDialogs
from durable_dialogs.redis.batch import Batch
from durable_dialogs.telegram.session import Session
from telegram_playground import Person, Playground
from tests.support.nursery import START

ELSEWHERE = -5
"""A chat that Telegram does not know."""


class Here(StatesGroup):
    """A window whose button opens others in the background."""

    main = State()


class There(StatesGroup):
    """A window that opens in the background."""

    main = State()


async def begin(_message: Message, dialog_manager: DialogManager) -> None:
    """Open a dialog."""
    await dialog_manager.start(Here.main)


async def go(press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Start two dialogs in the background; have the first commit refused, so that this repeats."""
    redis: Redis = manager.middleware_data["redis"]
    manager.dialog_data["gone"] = True
    if await redis.incr("tries") == 1:
        (record,) = await redis.keys(f"tally:*:{press.message and press.message.chat.id}*:stack:*")
        await redis.hincrby(record, "version", 1)
    await manager.bg(stack_id="beside").start(There.main)
    await manager.bg(chat_id=ELSEWHERE, stack_id="beside").start(There.main)


async def settle(_data: object, manager: DialogManager) -> None:
    """Wait until the update that started this dialog is answered."""
    redis: Redis = manager.middleware_data["redis"]
    async with asyncio.timeout(START):
        while not await redis.exists("answered"):
            await asyncio.sleep(0.01)
    manager.dialog_data["number"] = await redis.incr("number")


def make_dispatcher(redis: Redis) -> Dispatcher:
    """Make a dispatcher with a window whose button opens others in the background."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher["redis"] = redis
    dispatcher.message.register(begin)
    dispatcher.include_routers(
        Dialog(Window(Const("Here"), Button(Const("Go"), "go", go), state=Here.main)),
        Dialog(Window(Format("There {dialog_data[number]}"), state=There.main), on_start=settle),
    )
    return dispatcher


@asynccontextmanager
async def polling(dialogs: DurableDialogs, dispatcher: Dispatcher) -> AsyncIterator[None]:
    """Poll in the background."""
    dialogs.setup(dispatcher)
    task = asyncio.create_task(dialogs.start_polling(handle_signals=False))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def ann(own_playground: Playground, redis: Redis) -> AsyncIterator[Person]:
    """Run a bot; give a person who uses it."""
    session = Session(api=TelegramAPIServer.from_base(own_playground.url))
    bot = Bot(own_playground.token, session)
    dialogs = DurableDialogs(bot, redis=(redis, Batch(redis)), prefix="tally")
    async with polling(dialogs, make_dispatcher(redis)):
        yield await own_playground.person("Ann")


async def test_a_dialog_started_in_the_background_has_a_unit_of_work_of_its_own(
    own_playground: Playground, ann: Person, redis: Redis
) -> None:
    await ann.send("Hello")
    window = await ann.receive()
    await ann.press(window, "Go")
    await redis.set("answered", 1)
    assert str((await ann.receive()).text).startswith("There")
    assert await redis.get("tries") == b"2"
    async with asyncio.timeout(START):
        while not await redis.exists(
            f"tally:{{{own_playground.bot.id}:{ELSEWHERE}}}:stack:::beside"
        ):
            await asyncio.sleep(0.01)
    assert await redis.get("number") == b"2"
