"""A plain aiogram handler that keeps its numbers in memory, as guides for beginners have it."""

import asyncio
import os
from contextlib import suppress

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

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
    assert isinstance(callback.message, Message)  # noqa: S101 - for the type checker
    chat_id = callback.message.chat.id
    number = numbers.get(chat_id, 0)
    match callback.data:
        case "number_up":
            numbers[chat_id] = number + 1
        case "number_down":
            numbers[chat_id] = number - 1
        case _:
            await callback.message.edit_text(f"Total: {number}")
    with suppress(TelegramBadRequest):
        text = f"Specify the number: {numbers[chat_id]}"
        await callback.message.edit_text(text, reply_markup=keyboard())
    await callback.answer()


async def main() -> None:
    """Poll until stopped."""
    api = TelegramAPIServer.from_base(os.environ["BOT_API_URL"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    if os.environ.get("FREEZE"):
        import gc

        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
    asyncio.run(main())
