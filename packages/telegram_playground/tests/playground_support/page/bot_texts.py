"""The bot's texts, files and other contents, and its answers to texts."""

import io
import struct
import wave
import zlib

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import BufferedInputFile, ChatMemberUpdated, ForceReply, Message

FORMATTED = (
    "<b>Bold</b>, <i>italic</i>, <u>under</u>, <s>struck</s>, <code>code</code>, "
    '<tg-spoiler>spoiler</tg-spoiler>, <a href="https://example.org/tea">a link</a>, /count, '
    "https://example.org\n<blockquote>A quote</blockquote>"
    '<pre><code class="language-python">print("tea")</code></pre>'
)

GIF = b"GIF89a\x01\0\x01\0\x80\0\0\x28\x82\x73\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"

SCRIPT = '<img src=x onerror="document.title=1"><script>document.title = 1</script>'


def picture() -> bytes:
    """Make a PNG picture of 240 by 160 pixels with a gradient."""
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


def sound() -> bytes:
    """Make a WAV file: a tenth of a second of silence."""
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((1, 1, 8000, 800, "NONE", ""))
        file.writeframes(b"\x80" * 800)
    return data.getvalue()


def texts() -> Router:
    """Make the handlers of commands that are answered with texts and files."""
    router = Router()

    @router.message(CommandStart())
    async def start(message: Message, command: CommandObject, bot: Bot) -> None:
        me = await bot.me()
        link = f"https://t.me/{me.username}?start=tea-1"
        payload = f" with {command.args}" if command.args else ""
        await message.answer(f'Welcome{payload}! <a href="{link}">Again</a>', parse_mode="HTML")

    @router.message(Command("group"))
    async def group(message: Message, bot: Bot) -> None:
        me = await bot.me()
        await message.answer(f"https://t.me/{me.username}?startgroup=tea-2")

    @router.message(Command("ask"))
    async def ask(message: Message) -> None:
        markup = ForceReply(input_field_placeholder="Your name")
        await message.answer("What is your name?", reply_markup=markup)

    @router.message(Command("format"))
    async def formatted(message: Message) -> None:
        await message.answer(FORMATTED, parse_mode="HTML")
        await message.answer(SCRIPT)

    @router.message(Command("files"))
    async def files(message: Message) -> None:
        await message.answer_photo(BufferedInputFile(picture(), "tea.png"), caption="A picture")
        await message.answer_document(BufferedInputFile(b"tea,2\n", "totals.csv"))

    @router.message(Command("media"))
    async def media(message: Message) -> None:
        tune = BufferedInputFile(sound(), "tea.wav")
        await message.answer_audio(tune, performer="Dora", title="Tea")
        await message.answer_voice(tune, caption="A voice")
        await message.answer_animation(BufferedInputFile(GIF, "tea.gif"))
        await message.answer_video(BufferedInputFile(b"no film", "tea.mp4"))

    @router.message(Command("things"))
    async def things(message: Message) -> None:
        await message.answer_dice()
        await message.answer_contact("+15550100", "Dora")
        await message.answer_location(48.85837, 2.29448)
        await message.answer_venue(48.85837, 2.29448, "Tea house", "Quai 1")

    @router.my_chat_member()
    async def promoted(event: ChatMemberUpdated, bot: Bot) -> None:
        if event.chat.type != "private" and event.new_chat_member.status == "administrator":
            await bot.send_message(event.chat.id, "I am an administrator")

    return router


def replies() -> Router:
    """Make the handlers of all other messages."""
    router = Router()

    @router.message(F.reply_to_message)
    async def replied(message: Message) -> None:
        await message.reply(f"Hello, {message.text}")

    @router.message(F.text, ~F.via_bot)
    async def heard(message: Message) -> None:
        await message.reply(f"Heard: {message.text}")

    return router
