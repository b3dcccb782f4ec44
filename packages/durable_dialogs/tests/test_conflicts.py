"""Workers that change the same record at the same time."""

from aiogram import Router
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import polling
from telegram_playground import Playground

CONFLICTS = 30
"""How often in a row another worker is faster."""


class Hot(StatesGroup):
    """A window that everybody presses."""

    main = State()


async def test_a_press_counts_however_often_other_workers_are_faster(
    playground: Playground, valkey: EmbeddedValkey, redis: Redis
) -> None:
    tries = 0

    async def add(press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        nonlocal tries
        tries += 1
        manager.dialog_data["value"] += 1
        if tries <= CONFLICTS:
            assert press.message
            (record,) = await redis.keys(f"dialogs:*:{press.message.chat.id}*:stack:*")
            await redis.hincrby(record, "version", 1)

    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Hot.main)

    async def prepare(_data: object, manager: DialogManager) -> None:
        manager.dialog_data["value"] = 0

    router = Router()
    router.message.register(begin, CommandStart())
    window = Window(
        Format("Value {dialog_data[value]}"), Button(Const("+1"), "add", add), state=Hot.main
    )
    async with polling(playground, router, Dialog(window, on_start=prepare), redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("/start")
        message = await ann.receive(timeout=30)
        await ann.press(message, "+1", timeout=60)
        await ann.until(message, text="Value 1", timeout=30)
    assert tries == CONFLICTS + 1
