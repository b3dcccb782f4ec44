"""A bot of python-telegram-bot: pip install python-telegram-bot pytest telegram-playground."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import Application, CallbackQueryHandler, CommandHandler


def keyboard(count):
    return InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data=str(count + 1))]])


async def start(update, context):
    await update.message.reply_text("0", reply_markup=keyboard(0))


async def press(update, context):
    query = update.callback_query
    await query.edit_message_text(query.data, reply_markup=keyboard(int(query.data)))
    await query.answer(f"now {query.data}")


async def test_counter(telegram, person):
    builder = Application.builder().token(telegram.token)
    builder.base_url(f"{telegram.url}/bot").base_file_url(f"{telegram.url}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    async with application:
        await application.start()
        await application.updater.start_polling()
        await person.send("/start")
        message = await person.receive()
        answer = await person.press(message, "+1")
        assert answer.text == "now 1"
        await person.until(message, text="1")
        await application.updater.stop()
        await application.stop()
