"""A button that a window does not offer is refused, whichever widget made it."""

from collections.abc import AsyncIterator

import pytest
from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.methods import SendMessage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button, Row, SwitchTo
from aiogram_dialog.widgets.markup.reply_keyboard import ReplyKeyboardFactory
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import unit_of_work
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import polling
from telegram_playground import Person, Playground


class Menu(StatesGroup):
    """Windows with plain widgets of the library."""

    main = State()
    reply = State()


def make_routers() -> list[Router]:
    """Make a bot of which nothing is known but its windows."""

    async def add(_event: object, _button: Button, manager: DialogManager) -> None:
        manager.dialog_data["value"] = manager.dialog_data.get("value", 0) + 1

    async def get(dialog_manager: DialogManager, **_: object) -> dict[str, int]:
        return {"value": dialog_manager.dialog_data.get("value", 0)}

    async def like(press: CallbackQuery, dialog_manager: DialogManager) -> None:
        unit_of_work(dialog_manager).answer(f"{press.data}d")

    router, behind = Router(), Router()

    @router.message(CommandStart())
    async def begin(_message: Message, dialog_manager: DialogManager) -> None:
        await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)

    @router.message(F.text == "plain")
    async def plain(message: Message) -> SendMessage:
        button = InlineKeyboardButton(text="Like", callback_data="like")
        return message.answer(
            "A message", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]])
        )

    behind.callback_query.register(like, F.data == "like")
    menu = Dialog(
        Window(
            Format("Value {value}"),
            Row(
                Button(Const("+1"), "add", add),
                Button(Const("Hidden"), "hidden", add, when=F["value"] > 5),
                Button(Const("Early"), "early", add, when=F["value"] == 0),
            ),
            SwitchTo(Const("Reply"), "reply", Menu.reply),
            state=Menu.main,
        ),
        Window(
            Format("Reply {value}"),
            Button(Const("More"), "more", add),
            state=Menu.reply,
            markup_factory=ReplyKeyboardFactory(),
        ),
        getter=get,
    )
    return [router, menu, behind]


@pytest.fixture
async def ann(playground: Playground, valkey: EmbeddedValkey) -> AsyncIterator[Person]:
    """Return a person whom the bot serves."""
    async with polling(playground, *make_routers(), redis_url=valkey.url):
        yield await playground.person("Ann")


async def test_a_hidden_button_is_not_taken(ann: Person) -> None:
    await ann.send("/start")
    window = await ann.receive(timeout=30)
    context, _, _ = str(window.button("+1").callback_data).partition("\x1d")
    await ann.press(window, data=f"{context}\x1dhidden", timeout=30)
    await ann.press(window, "+1", timeout=30)
    await ann.until(window, text="Value 1", timeout=30)


async def test_the_second_of_a_double_tap_does_not_count(ann: Person) -> None:
    await ann.send("/start")
    window = await ann.receive(timeout=30)
    early = window.button("Early").callback_data
    await ann.press(window, "Early", timeout=30)
    window = await ann.until(window, text="Value 1", timeout=30)
    await ann.press(window, data=early, timeout=30)
    await ann.press(window, "+1", timeout=30)
    await ann.until(window, text="Value 2", timeout=30)


async def test_a_plain_button_is_left_to_the_handlers_behind_the_dialogs(ann: Person) -> None:
    await ann.send("/start")
    await ann.receive(timeout=30)
    await ann.send("plain")
    answer = await ann.press(await ann.receive(timeout=30), "Like", timeout=30)
    assert answer
    assert answer.text == "liked"


async def test_a_button_of_a_reply_keyboard_is_taken(ann: Person) -> None:
    await ann.send("/start")
    await ann.press(await ann.receive(timeout=30), "Reply", timeout=30)
    assert (await ann.receive(timeout=30)).text == "Reply 0"
    await ann.tap("More")
    assert (await ann.receive(timeout=30)).text == "Reply 1"


async def test_invisible_characters_are_no_press(ann: Person) -> None:
    await ann.send("/start")
    await ann.receive(timeout=30)
    await ann.send("Hello\u200d\u2060\u200d\U0001d17a")
    # aiogram-dialog sends the window again after a message.
    assert (await ann.receive(timeout=30)).text == "Value 0"
