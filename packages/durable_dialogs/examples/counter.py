"""A counter that is killed and goes on: aiogram-dialog's own widgets, and four lines more.

Without BOT_API_URL it talks to Telegram; the address of a playground stands for that.
"""

import asyncio
import os
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button, Counter, Row
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import DurableDialogs, unit_of_work

router = Router()


class Counting(StatesGroup):
    value = State()


async def add(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    value = manager.dialog_data["value"] = manager.dialog_data.get("value", 0) + 1
    unit_of_work(manager).answer(f"It is {value}")  # said once, after the commit


async def get_value(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    return {"value": dialog_manager.dialog_data.get("value", 0)}


counting = Dialog(
    Window(
        Format("Value: {value}"),
        Row(Button(Const("+1"), id="add", on_click=add)),
        Counter(id="cups", default=0),
        state=Counting.value,
        getter=get_value,
    )
)


@router.message(CommandStart())
async def start(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Counting.value, mode=StartMode.RESET_STACK)


async def main() -> None:
    url = os.environ.get("BOT_API_URL")
    api = TelegramAPIServer.from_base(url) if url else PRODUCTION
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))

    dialogs = DurableDialogs(bot, redis_url=os.environ.get("REDIS_URL"))
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(router, counting)
    dialogs.setup(dispatcher)  # instead of setup_dialogs(dispatcher)
    await dialogs.start_polling()


if __name__ == "__main__":
    asyncio.run(main())
