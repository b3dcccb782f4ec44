"""Real bots: aiogram by polling and by webhook."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.types import Message as BotMessage
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from telegram_playground import Answer, Person, Playground

SECRET = "tea"
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Again", callback_data="again")]]
)


@pytest.fixture
async def echo(playground: Playground) -> AsyncIterator[Bot]:
    """Give an aiogram bot on the playground."""
    api = TelegramAPIServer.from_base(playground.url)
    async with Bot(playground.token, session=AiohttpSession(api=api)) as bot:
        yield bot


def dispatcher() -> Dispatcher:
    """Make the handlers of an echo bot."""
    own = Dispatcher()

    @own.message()
    async def answer(message: BotMessage) -> None:
        await message.answer(message.html_text, parse_mode="HTML", reply_markup=KEYBOARD)

    @own.callback_query()
    async def again(query: CallbackQuery) -> None:
        assert isinstance(query.message, BotMessage)
        await query.message.edit_text(f"{query.message.text}!", reply_markup=KEYBOARD)
        await query.answer("Done")

    return own


async def talk(ann: Person) -> None:
    """Write to the bot and press its button."""
    await ann.send("tea & <cake> 😀")
    message = await ann.receive()
    assert message.text == "tea & <cake> 😀"
    assert await ann.press(message, "Again") == Answer("Done")
    await ann.until(message, text="tea & <cake> 😀!")


async def test_a_bot_that_polls(playground: Playground, echo: Bot, ann: Person) -> None:
    own = dispatcher()
    polling = asyncio.create_task(own.start_polling(echo, handle_signals=False))
    await talk(ann)
    await own.stop_polling()
    await polling
    assert await playground.refusals() == []


async def test_a_bot_with_a_webhook(playground: Playground, echo: Bot, ann: Person) -> None:
    app = web.Application()
    SimpleRequestHandler(dispatcher(), echo, secret_token=SECRET).register(app, "/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await echo.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token=SECRET)
    await talk(ann)
    await echo.delete_webhook()
    await runner.cleanup()
    assert await playground.refusals() == []


async def test_a_bot_whose_handlers_answer_in_the_webhook(
    playground: Playground, echo: Bot, ann: Person
) -> None:
    own = Dispatcher()

    @own.message()
    async def answer(message: BotMessage) -> object:
        return message.answer(f"<b>{message.text}</b>", parse_mode="HTML")

    app = web.Application()
    SimpleRequestHandler(own, echo, handle_in_background=False).register(app, "/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await echo.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    await ann.send("tea")
    echoed = await ann.receive()
    assert echoed.text == "tea"
    assert [entity.type for entity in echoed.entities] == ["bold"]
    await echo.delete_webhook()
    await runner.cleanup()
    assert await playground.refusals() == []


async def test_refusals_are_the_exceptions_that_aiogram_knows(
    echo: Bot, ann: Person, boris: Person
) -> None:
    with pytest.raises(TelegramForbiddenError, match="can't initiate conversation"):
        await echo.send_message(boris.id, "hi")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await echo.send_message(5, "hi")
    sent = await echo.send_message(ann.id, "hi")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await echo.edit_message_text("hi", chat_id=ann.id, message_id=sent.message_id)
