"""A plain aiogram handler that keeps its numbers in memory, as guides for beginners show it.

It polls, or uses a webhook if WEBHOOK_URL is set, as aiogram's manual describes.
"""

import asyncio
import os
from contextlib import suppress

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

numbers: dict[int, int] = {}
dispatcher = Dispatcher()


def keyboard() -> InlineKeyboardMarkup:
    """Make the counter's buttons."""
    down = InlineKeyboardButton(text="-1", callback_data="number_down")
    up = InlineKeyboardButton(text="+1", callback_data="number_up")
    done = InlineKeyboardButton(text="Confirm", callback_data="number_done")
    return InlineKeyboardMarkup(inline_keyboard=[[down, up], [done]])


@dispatcher.message(Command("numbers"))
async def open_counter(message: Message) -> None:
    """Send a counter."""
    numbers[message.chat.id] = 0
    await message.answer("Specify the number: 0", reply_markup=keyboard())


@dispatcher.callback_query(F.data.startswith("number_"))
async def press(callback: CallbackQuery) -> None:
    """Count a press."""
    message = callback.message
    if not isinstance(message, Message):
        return
    chat_id = message.chat.id
    number = numbers.get(chat_id, 0)
    match callback.data:
        case "number_up":
            numbers[chat_id] = number + 1
        case "number_down":
            numbers[chat_id] = number - 1
        case _:
            await message.edit_text(f"Total: {number}")
    with suppress(TelegramBadRequest):
        text = f"Specify the number: {numbers[chat_id]}"
        await message.edit_text(text, reply_markup=keyboard())
    await callback.answer()


def make_bot() -> Bot:
    """Make the bot."""
    api = TelegramAPIServer.from_base(os.environ["BOT_API_URL"])
    return Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))


async def poll() -> None:
    """Poll until stopped."""
    await dispatcher.start_polling(make_bot())


def listen(url: str) -> None:
    """Receive updates by webhook until stopped."""

    async def begin(bot: Bot) -> None:
        await bot.set_webhook(url)

    dispatcher.startup.register(begin)
    bot, app = make_bot(), web.Application()
    SimpleRequestHandler(dispatcher, bot).register(app, path="/")
    setup_application(app, dispatcher, bot=bot)
    port = int(os.environ["WEB_PORT"])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    if os.environ.get("FREEZE"):
        import gc

        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
    if webhook := os.environ.get("WEBHOOK_URL"):
        listen(webhook)
    else:
        asyncio.run(poll())
