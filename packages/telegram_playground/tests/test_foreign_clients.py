"""Small bots of two other libraries, written as in their documentation."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL

import pytest

from telegram_playground import Person, Playground

PYTHON_TELEGRAM_BOT = """
import sys
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import Application, CallbackQueryHandler, CommandHandler

def keyboard(count):
    return InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data=str(count + 1))]])

async def start(update, context):
    await update.message.reply_text("0", reply_markup=keyboard(0))

async def press(update, context):
    count = int(update.callback_query.data)
    await update.callback_query.edit_message_text(str(count), reply_markup=keyboard(count))
    await update.callback_query.answer(f"now {count}")

url, token = sys.argv[1:]
application = Application.builder().token(token).base_url(f"{url}/bot").build()
application.add_handler(CommandHandler("start", start))
application.add_handler(CallbackQueryHandler(press))
application.run_polling()
"""

PY_TELEGRAM_BOT_API = """
import sys
import telebot
from telebot.types import InlineKeyboardButton, InlineKeyboardMarkup

url, token = sys.argv[1:]
telebot.apihelper.API_URL = url + "/bot{0}/{1}"
bot = telebot.TeleBot(token)

def keyboard(count):
    return InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data=str(count + 1))]])

@bot.message_handler(commands=["start"])
def start(message):
    bot.send_message(message.chat.id, "0", reply_markup=keyboard(0))

@bot.callback_query_handler(func=lambda query: True)
def press(query):
    count, chat_id, message_id = int(query.data), query.message.chat.id, query.message.message_id
    bot.edit_message_text(str(count), chat_id, message_id, reply_markup=keyboard(count))
    bot.answer_callback_query(query.id, f"now {count}")

bot.infinity_polling()
"""

START = 30
"""Seconds that the import of a library may take."""


@pytest.mark.parametrize(
    ("library", "source"),
    [("telegram", PYTHON_TELEGRAM_BOT), ("telebot", PY_TELEGRAM_BOT_API)],
)
async def test_a_bot_by_another_library_is_served(
    playground: Playground, ann: Person, library: str, source: str
) -> None:
    pytest.importorskip(library)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", source, playground.url, playground.token),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        await ann.send("/start")
        message = await ann.receive(timeout=START)
        for count in (1, 2):
            answer = await ann.press(message, "+1")
            assert answer is not None
            assert answer.text == f"now {count}"
            message = await ann.until(message, text=str(count))
        assert await playground.refusals() == []
    finally:
        process.kill()
        await process.wait()
