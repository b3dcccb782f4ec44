"""A bot written with aiogram, and its test: pip install aiogram pytest telegram-playground."""

import asyncio

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message


def keyboard(count):
    button = InlineKeyboardButton(text="+1", callback_data=str(count + 1))
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


async def start(message: Message):
    await message.answer("0", reply_markup=keyboard(0))


async def press(query: CallbackQuery):
    await query.message.edit_text(query.data, reply_markup=keyboard(int(query.data)))
    await query.answer(f"now {query.data}")


async def test_counter(telegram, person):
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    dispatcher = Dispatcher()
    dispatcher.message.register(start)
    dispatcher.callback_query.register(press)
    async with Bot(telegram.token, session) as bot:
        polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
        await person.send("/start")
        message = await person.receive()
        answer = await person.press(message, "+1")
        assert answer.text == "now 1"
        await person.until(message, text="1")
        await dispatcher.stop_polling()
        await polling
