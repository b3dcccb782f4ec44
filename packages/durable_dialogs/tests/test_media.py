"""Windows with media, of a bot that uses aiogram-dialog's own widgets."""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from aiogram import Router
from aiogram.enums import ContentType
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button, SwitchTo
from aiogram_dialog.widgets.media import StaticMedia
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import polling
from telegram_playground import Playground
from telegram_playground.view import Message as Shown

EDITABLE = [
    ContentType.ANIMATION,
    ContentType.AUDIO,
    ContentType.DOCUMENT,
    ContentType.PHOTO,
    ContentType.VIDEO,
]
OTHERS = [ContentType.STICKER, ContentType.VIDEO_NOTE, ContentType.VOICE]


class Menu(StatesGroup):
    """The windows."""

    text = State()
    media = State()
    photo = State()


async def count(_query: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Count a press."""
    manager.dialog_data["count"] = manager.dialog_data.get("count", 0) + 1


async def get_count(dialog_manager: DialogManager, **_: object) -> dict[str, object]:
    """Get the number of presses."""
    return {"count": dialog_manager.dialog_data.get("count", 0)}


def picture(path: Path) -> Path:
    """Write a PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head, pixel = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0), zlib.compress(b"\0\xff\0\0")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    )
    return path


def make_router(kind: ContentType, folder: Path) -> tuple[Router, Dialog]:
    """Make a bot with a text, a file of some kind and a photo, each with a counter."""
    file, photo = picture(folder / "file.png"), picture(folder / "photo.png")
    common = (
        Format("Count: {count}"),
        Button(Format("+1 from {count}"), "count", count),
        SwitchTo(Const("Text"), "text", Menu.text),
        SwitchTo(Const("Media"), "media", Menu.media),
        SwitchTo(Const("Photo"), "photo", Menu.photo),
    )
    dialog = Dialog(
        Window(*common, state=Menu.text, getter=get_count),
        Window(*common, StaticMedia(path=file, type=kind), state=Menu.media, getter=get_count),
        Window(*common, StaticMedia(path=photo), state=Menu.photo, getter=get_count),
    )
    router = Router()

    @router.message(CommandStart())
    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.text, mode=StartMode.RESET_STACK)

    return router, dialog


def shows(kind: str, number: int) -> Callable[[Shown], bool]:
    """Return whether a message is of a kind and counts to a number."""

    def find(message: Shown) -> bool:
        return bool(
            message.content_type == kind
            and message.reply_markup
            and message.reply_markup.inline_keyboard[0][0].text == f"+1 from {number}"
        )

    return find


@pytest.mark.parametrize("kind", EDITABLE)
async def test_media_that_can_be_edited_takes_the_place_of_a_text_and_of_other_media(
    playground: Playground, valkey: EmbeddedValkey, tmp_path: Path, kind: ContentType
) -> None:
    async with polling(playground, *make_router(kind, tmp_path), redis_url=valkey.url):
        ann = await playground.person("Ann")
        press = partial(ann.press, timeout=30)
        await ann.send("/start")
        window = await ann.receive(timeout=30)
        await press(window, "Media")
        window = await ann.until(window, shows(kind, 0))
        for number in (0, 1):
            await press(window, f"+1 from {number}")
            window = await ann.until(window, shows(kind, number + 1))
            assert window.caption == f"Count: {number + 1}"
        await press(window, "Photo")
        window = await ann.until(window, shows(ContentType.PHOTO, 2))
        await press(window, "Media")
        window = await ann.until(window, shows(kind, 2))
        # No media can become a text.
        await press(window, "Text")
        text = await ann.receive(timeout=30)
        assert shows(ContentType.TEXT, 2)(text)
        await ann.until_gone(window)
        # It was uploaded once; then its id was used.
        edits = await playground.calls("editMessageMedia")
        assert sum("file.png" in call.params.values() for call in edits) == 1


@pytest.mark.parametrize("kind", OTHERS)
async def test_other_media_is_sent_anew_but_keeps_its_message_while_it_stays(
    playground: Playground, valkey: EmbeddedValkey, tmp_path: Path, kind: ContentType
) -> None:
    async with polling(playground, *make_router(kind, tmp_path), redis_url=valkey.url):
        ann = await playground.person("Ann")
        press = partial(ann.press, timeout=30)
        await ann.send("/start")
        text = await ann.receive(timeout=30)
        await press(text, "Media")
        window = await ann.receive(timeout=30)
        assert shows(kind, 0)(window)
        await ann.until_gone(text)
        for number in (0, 1):
            await press(window, f"+1 from {number}")
            window = await ann.until(window, shows(kind, number + 1))
        await press(window, "Photo")
        photo = await ann.receive(timeout=30)
        assert shows(ContentType.PHOTO, 2)(photo)
        await ann.until_gone(window)
        await press(photo, "Media")
        window = await ann.receive(timeout=30)
        await press(window, "Text")
        assert shows(ContentType.TEXT, 2)(await ann.receive(timeout=30))
