"""A group that becomes a supergroup: its listed dialogs move along, and the bot is told."""

import asyncio

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message
from aiogram_dialog import Dialog, DialogManager, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import Hooks, UnitOfWork, name_of, upgrade_of
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import polling
from telegram_playground import Playground

LIST = "counters"
"""The name of the data that lists the open dialogs of a chat."""


class Counting(StatesGroup):
    """A counter."""

    value = State()


async def begin(message: Message, dialog_manager: DialogManager, unit: UnitOfWork) -> None:
    """Open a counter, and list it."""
    await dialog_manager.start(Counting.value)
    listed = await unit.data(LIST)
    name = name_of(unit.record_of(dialog_manager.current_stack()))
    listed[name] = message.from_user and message.from_user.id


async def add(_press: object, _button: Button, manager: DialogManager) -> None:
    """Count."""
    manager.dialog_data["value"] = manager.dialog_data.get("value", 0) + 1


async def read(dialog_manager: DialogManager, **_: object) -> dict[str, int]:
    """Return the value."""
    return {"value": dialog_manager.dialog_data.get("value", 0)}


async def move(message: Message, unit: UnitOfWork) -> None:
    """Have the dialogs of a group move to its new chat."""
    unit.deliver(*upgrade_of(message.chat.id, message.migrate_to_chat_id or 0))


async def test_a_listed_dialog_moves_along_and_the_hook_is_called(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    upgraded: asyncio.Queue[tuple[int, int]] = asyncio.Queue()

    async def note(old_id: int, new_id: int) -> None:
        upgraded.put_nowait((old_id, new_id))

    router = Router()
    router.message.register(begin, CommandStart())
    router.message.register(move, F.migrate_to_chat_id)
    window = Window(
        Format("Value {value}"), Button(Const("+1"), "add", add), state=Counting.value, getter=read
    )
    ann = await playground.person("Ann")
    group = await playground.group("Friends", members=[ann], type="group")
    async with polling(
        playground,
        router,
        Dialog(window),
        redis_url=valkey.url,
        kept_alive=(LIST,),
        dialog_list=LIST,
        hooks=Hooks(group_upgraded=note),
    ):
        await ann.send("/start", chat=group)
        counter = await ann.receive(group, timeout=30)
        await ann.press(counter, "+1", timeout=30)
        await ann.until(counter, text="Value 1", timeout=30)
        new = await group.upgrade()
        moved = await ann.receive(new, timeout=30)
        assert moved.text == "Value 1"
        await ann.press(moved, "+1", timeout=30)
        await ann.until(moved, text="Value 2", timeout=30)
        async with asyncio.timeout(30):
            assert await upgraded.get() == (group.id, new.id)
