"""A bot written with aiogram-dialog, and its test: pip install aiogram-dialog as well."""

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.fsm.state import State, StatesGroup
from aiogram_dialog import Dialog, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.kbd import Counter
from aiogram_dialog.widgets.text import Const


class Tea(StatesGroup):
    counting = State()


async def start(message, dialog_manager):
    await dialog_manager.start(Tea.counting, mode=StartMode.RESET_STACK)


async def test_dialog(telegram, person):
    dispatcher = Dispatcher()
    dispatcher.message.register(start)
    counting = Window(Const("How many cups?"), Counter("cups"), state=Tea.counting)
    dispatcher.include_router(Dialog(counting))  # a new one, because it can join one dispatcher
    setup_dialogs(dispatcher)
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    async with Bot(telegram.token, session) as bot:
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        await person.send("/start")
        window = await person.receive()
        await person.press(window, "+")
        await person.until(window, lambda message: message.labels == [["-", "1", "+"]])
        await dispatcher.stop_polling()
        await polling
