"""A small bot for the chat page: buttons of every kind, keyboards, formatted texts."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    WebAppInfo,
)

from playground import Playground

FORMATTED = (
    "<b>Bold</b>, <i>italic</i>, <u>under</u>, <s>struck</s>, <code>code</code>, "
    '<tg-spoiler>spoiler</tg-spoiler>, <a href="https://example.org/tea">a link</a>, /count, '
    "https://example.org\n<blockquote>A quote</blockquote>"
    '<pre><code class="language-python">print("tea")</code></pre>'
)

SCRIPT = '<img src=x onerror="document.title=1"><script>document.title = 1</script>'


GAME = "https://example.org/game"


def counter(value: int) -> InlineKeyboardMarkup:
    """Make the keyboard of a counter."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="-1", callback_data=str(value - 1), style="danger"),
                InlineKeyboardButton(text="+1", callback_data=str(value + 1), style="success"),
            ],
            [
                InlineKeyboardButton(text="Alert", callback_data="alert"),
                InlineKeyboardButton(text="Slow", callback_data="slow", style="primary"),
            ],
            [
                InlineKeyboardButton(text="Site", url="https://example.org/"),
                InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="tea")),
            ],
        ]
    )


KEYS = ReplyKeyboardMarkup(
    keyboard=[
        [KeyboardButton(text="Tea"), KeyboardButton(text="Coffee", style="primary")],
        [
            KeyboardButton(text="My contact", request_contact=True),
            KeyboardButton(text="My place", request_location=True),
        ],
        [
            KeyboardButton(
                text="Friends",
                request_users=KeyboardButtonRequestUsers(request_id=1, max_quantity=2),
            ),
            KeyboardButton(text="Enough"),
        ],
    ],
    resize_keyboard=True,
    input_field_placeholder="Tea or coffee?",
)


def picture() -> bytes:
    """Draw a PNG picture: 240 by 160 pixels of a colour that fades."""
    rows = b"".join(
        b"\0" + b"".join(bytes((40 + x // 3, 130 - y // 4, 115)) for x in range(240))
        for y in range(160)
    )
    head = struct.pack(">IIBBBBB", 240, 160, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def dispatcher(slow: asyncio.Event) -> Dispatcher:
    """Make the handlers; a press of Slow is answered when the event is set."""
    own = Dispatcher()
    _take_commands(own)
    _take_files(own)
    _take_offers(own)
    _take_texts(own)
    _take_presses(own, slow)
    return own


def _take_commands(own: Dispatcher) -> None:

    @own.message(CommandStart())
    async def start(message: Message, command: CommandObject, bot: Bot) -> None:
        me = await bot.me()
        link = f"https://t.me/{me.username}?start=tea-1"
        payload = f" with {command.args}" if command.args else ""
        await message.answer(f'Welcome{payload}! <a href="{link}">Again</a>', parse_mode="HTML")

    @own.message(Command("count"))
    async def count(message: Message) -> None:
        await message.answer("Value: 0", reply_markup=counter(0))

    @own.message(Command("keys"))
    async def keys(message: Message) -> None:
        await message.answer("Choose", reply_markup=KEYS)

    @own.message(Command("once"))
    async def once(message: Message) -> None:
        markup = ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text="Tea")]], one_time_keyboard=True
        )
        await message.answer("Choose once", reply_markup=markup)

    @own.message(Command("ask"))
    async def ask(message: Message) -> None:
        markup = ForceReply(input_field_placeholder="Your name")
        await message.answer("What is your name?", reply_markup=markup)

    @own.message(Command("format"))
    async def formatted(message: Message) -> None:
        await message.answer(FORMATTED, parse_mode="HTML")
        await message.answer(SCRIPT)


def _take_files(own: Dispatcher) -> None:
    @own.message(Command("files"))
    async def files(message: Message) -> None:
        await message.answer_photo(BufferedInputFile(picture(), "tea.png"), caption="A picture")
        await message.answer_document(BufferedInputFile(b"tea,2\n", "totals.csv"))

    @own.message(Command("things"))
    async def things(message: Message) -> None:
        await message.answer_dice()
        await message.answer_contact("+15550100", "Dora")
        await message.answer_location(48.85837, 2.29448)
        await message.answer_poll("Tea or coffee?", ["Tea", "Coffee"])


def _take_offers(own: Dispatcher) -> None:
    @own.message(Command("bill"))
    async def bill(message: Message) -> None:
        prices = [LabeledPrice(label="Tea", amount=5)]
        await message.answer_invoice("A cup of tea", "Hot and green", "tea", "XTR", prices)

    @own.pre_checkout_query()
    async def check(query: PreCheckoutQuery) -> None:
        await query.answer(ok=True)

    @own.message(F.successful_payment)
    async def paid(message: Message) -> None:
        await message.answer("Thank you")

    @own.message(Command("app"))
    async def app(message: Message, command: CommandObject) -> None:
        page = KeyboardButton(text="App", web_app=WebAppInfo(url=command.args or ""))
        await message.answer("Open it", reply_markup=ReplyKeyboardMarkup(keyboard=[[page]]))

    @own.message(Command("game"))
    async def game(message: Message) -> None:
        await message.answer_game("tea")

    @own.callback_query(F.game_short_name)
    async def play(query: CallbackQuery) -> None:
        await query.answer(url=GAME)

    @own.message(F.web_app_data)
    async def took(message: Message) -> None:
        assert message.web_app_data
        await message.answer(f"Took {message.web_app_data.data}")

    @own.inline_query()
    async def offer(query: InlineQuery) -> None:
        text = InputTextMessageContent(message_text=f"A cup of {query.query}")
        article = InlineQueryResultArticle(id="1", title="Cup", input_message_content=text)
        await query.answer([article], cache_time=0)


def _take_texts(own: Dispatcher) -> None:
    @own.message(F.text == "Enough")
    async def enough(message: Message) -> None:
        await message.answer("No keys", reply_markup=ReplyKeyboardRemove())

    @own.message(F.reply_to_message)
    async def replied(message: Message) -> None:
        await message.reply(f"Hello, {message.text}")

    @own.message()
    async def heard(message: Message) -> None:
        await message.reply(f"Heard: {message.text}")


def _take_presses(own: Dispatcher, slow: asyncio.Event) -> None:
    @own.callback_query(F.data == "alert")
    async def alert(query: CallbackQuery) -> None:
        await query.answer("Mind the tea!", show_alert=True)

    @own.callback_query(F.data == "slow")
    async def take_time(query: CallbackQuery) -> None:
        await slow.wait()
        await query.answer("At last")

    @own.callback_query()
    async def show(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        value = int(query.data or 0)
        await query.message.edit_text(f"Value: {value}", reply_markup=counter(value))
        await query.answer()


@asynccontextmanager
async def running_bot(playground: Playground, slow: asyncio.Event) -> AsyncIterator[None]:
    """Run the bot by polling."""
    api = TelegramAPIServer.from_base(playground.url)
    own = dispatcher(slow)
    async with Bot(playground.token, session=AiohttpSession(api=api)) as bot:
        await bot.set_my_commands(
            [
                BotCommand(command="start", description="Begin"),
                BotCommand(command="count", description="A counter"),
                BotCommand(command="keys", description="A reply keyboard"),
                BotCommand(command="format", description="Formatted texts"),
            ]
        )
        await bot.set_my_commands(
            [BotCommand(command="count", description="Счётчик")], language_code="ru"
        )
        polling = asyncio.create_task(own.start_polling(bot, handle_signals=False))
        try:
            yield
        finally:
            slow.set()
            with suppress(RuntimeError):  # it has not begun yet
                await own.stop_polling()
            await polling
