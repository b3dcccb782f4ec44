"""A bot of pyTelegramBotAPI: pip install pyTelegramBotAPI pytest telegram-playground."""

from threading import Thread

import pytest
from telebot import TeleBot, apihelper
from telebot.types import InlineKeyboardButton, InlineKeyboardMarkup


def keyboard(count):
    return InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data=str(count + 1))]])


def add_handlers(bot):
    @bot.message_handler(commands=["start"])
    def start(message):
        bot.send_message(message.chat.id, "0", reply_markup=keyboard(0))

    @bot.callback_query_handler(func=None)
    def press(query):
        chat, message = query.message.chat.id, query.message.message_id
        bot.edit_message_text(query.data, chat, message, reply_markup=keyboard(int(query.data)))
        bot.answer_callback_query(query.id, f"now {query.data}")


@pytest.fixture
def bot(telegram, monkeypatch):
    monkeypatch.setattr(apihelper, "API_URL", telegram.url + "/bot{0}/{1}")
    bot = TeleBot(telegram.token)
    add_handlers(bot)
    Thread(target=bot.polling, daemon=True).start()
    yield bot
    bot.stop_bot()


def test_counter(bot, person):
    person.send("/start")
    message = person.receive()
    assert person.press(message, "+1").text == "now 1"
    person.until(message, text="1")
