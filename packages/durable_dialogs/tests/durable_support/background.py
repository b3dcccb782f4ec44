"""A bot whose button starts dialogs in the background. Each counts one, and may kill the bot."""

import os
import signal
from pathlib import Path

from aiogram import Router
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import unit_of_work

BESIDE = "beside"
"""The stack of the dialogs in the background."""
FATAL = Path("fatal")
"""If this file is there, a dialog in the background deletes it and kills the process."""

router = Router()


class Menu(StatesGroup):
    """The dialog with the button."""

    main = State()


class Counted(StatesGroup):
    """The dialog in the background."""

    main = State()


async def go(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Start a dialog in the background, together with the change of this one."""
    manager.dialog_data["pressed"] = manager.dialog_data.get("pressed", 0) + 1
    await manager.bg(stack_id=BESIDE).start(Counted.main, {"weight": 1}, StartMode.RESET_STACK)


def die_once() -> None:
    """Kill the process if the file is there."""
    if FATAL.exists():
        FATAL.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


async def count(data: dict[str, int], manager: DialogManager) -> None:
    """Count what the dialog was started with."""
    die_once()
    counted = await unit_of_work(manager).data("counted")
    counted["value"] = counted.get("value", 0) + data["weight"]
    manager.dialog_data["value"] = counted["value"]


menu = Dialog(Window(Const("Menu"), Button(Const("Go"), "go", go), state=Menu.main))
beside = Dialog(Window(Format("Counted: {dialog_data[value]}"), state=Counted.main), on_start=count)


@router.message(CommandStart())
async def start(_message: Message, dialog_manager: DialogManager) -> None:
    """Open the dialog with the button."""
    await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK)
