"""How often handlers run, and how often people see what they say."""

from aiogram import Router
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import unit_of_work
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import polling
from telegram_playground import Playground


class Counter(StatesGroup):
    """A counter."""

    main = State()


async def begin(_message: Message, dialog_manager: DialogManager) -> None:
    """Open the counter."""
    await dialog_manager.start(Counter.main, data={}, mode=StartMode.RESET_STACK)


async def prepare(_data: object, manager: DialogManager) -> None:
    """Begin at 0."""
    manager.dialog_data["value"] = 0


async def add(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Count."""
    manager.dialog_data["value"] += 1


async def test_the_handler_of_a_press_that_only_reads_runs_once(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    told, failed = [], []

    async def tell(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        told.append(manager.dialog_data["value"])
        unit_of_work(manager).answer(f"It is {told[-1]}")

    async def fail(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
        failed.append(manager.dialog_data["value"])
        raise LookupError("on purpose")

    router = Router()
    router.message.register(begin, CommandStart())
    window = Window(
        Format("Value {dialog_data[value]}"),
        Button(Const("+1"), "add", add),
        Button(Const("Tell"), "tell", tell),
        Button(Const("Fail"), "fail", fail),
        state=Counter.main,
    )
    async with polling(playground, router, Dialog(window, on_start=prepare), redis_url=valkey.url):
        ann = await playground.person("Ann")
        await ann.send("/start")
        message = await ann.receive(timeout=30)
        for value in (1, 2):
            await ann.press(message, "+1", timeout=30)
            await ann.until(message, text=f"Value {value}", timeout=30)
            answer = await ann.press(message, "Tell", timeout=30)
            assert answer
            assert answer.text == f"It is {value}"
        await ann.press(message, "+1", timeout=30)
        await ann.until(message, text="Value 3", timeout=30)
        await ann.press(message, "Fail", timeout=30)
    assert told == [1, 2]
    assert failed == [3, 3, 3]
