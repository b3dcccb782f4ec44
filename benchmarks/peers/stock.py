"""aiogram-dialog on Redis as its documentation shows it; ISOLATED=1 isolates all events."""

import asyncio
import os
from typing import cast

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import DefaultKeyBuilder
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Data, Dialog, DialogManager, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Button, Row
from aiogram_dialog.widgets.text import Const, Format


class Counter(StatesGroup):
    """The counter's windows."""

    counting = State()
    confirmed = State()


async def begin(_: Data, manager: DialogManager) -> None:
    """Begin at 0."""
    manager.dialog_data["value"] = 0


async def step(_: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Count a press."""
    value = cast("int", manager.dialog_data["value"])
    manager.dialog_data["value"] = value + (1 if button.widget_id == "up" else -1)


async def confirm(_: CallbackQuery, __: Button, manager: DialogManager) -> None:
    """Show the total."""
    await manager.switch_to(Counter.confirmed)


dialog = Dialog(
    Window(
        Format("Specify the number: {dialog_data[value]}"),
        Row(Button(Const("-1"), "down", step), Button(Const("+1"), "up", step)),
        Button(Const("Confirm"), "confirm", confirm),
        state=Counter.counting,
    ),
    Window(Format("Total: {dialog_data[value]}"), state=Counter.confirmed),
    on_start=begin,
)


async def open_counter(_: Message, dialog_manager: DialogManager) -> None:
    """Send a counter."""
    await dialog_manager.start(Counter.counting, mode=StartMode.NEW_STACK)


async def main() -> None:
    """Poll until stopped."""
    builder = DefaultKeyBuilder(with_bot_id=True, with_destiny=True)
    storage = RedisStorage.from_url(os.environ["REDIS_URL"], key_builder=builder)
    isolation = storage.create_isolation() if os.environ.get("ISOLATED") else None
    dispatcher = Dispatcher(storage=storage, events_isolation=isolation)
    dispatcher.message.register(open_counter, Command("numbers"))
    dispatcher.include_router(dialog)
    setup_dialogs(dispatcher, events_isolation=isolation)
    api = TelegramAPIServer.from_base(os.environ["BOT_API_URL"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
