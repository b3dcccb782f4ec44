"""Handlers of the commands that open counters and windows."""

from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject
from aiogram.fsm.state import State
from aiogram.methods import TelegramMethod
from aiogram.types import Message, TelegramObject
from aiogram_dialog import Data, DialogManager, ShowMode, StartMode

from db.models import LABEL_MAX, Kind
from durable_dialogs import open_beside
from locales import Texts
from states import Counter, Example, Game, Menu, ReplyKeyboards
from widgets.command_list import REFUSALS, WINDOWS

COUNTERS = {
    "numbers": (Kind.NUMBERS, False),
    "numbers_fab": (Kind.NUMBERS_FAB, False),
    "numbers_own": (Kind.NUMBERS, True),
    "numbers_fab_own": (Kind.NUMBERS_FAB, True),
    "count": (Kind.CUSTOM, False),
    "count_own": (Kind.CUSTOM, True),
}
"""The commands that open a counter: its kind, and whether only its opener may tap it."""

IN_GROUP = F.chat.type != ChatType.PRIVATE

router = Router(name="commands")


async def put_keyboard_away(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """Close a window that has a reply keyboard before a command opens another one.

    Otherwise the reply keyboard would stay on the screen below the new window.
    """
    manager: DialogManager = data["dialog_manager"]
    if manager.current_stack().last_reply_keyboard:
        await manager.reset_stack()
    return await handler(event, data)


router.message.middleware(put_keyboard_away)


@router.message(Command(*REFUSALS), IN_GROUP)
async def refer(message: Message, command: CommandObject, texts: Texts) -> TelegramMethod[Message]:
    """Say that a command works in private chats only."""
    return message.reply(texts(REFUSALS[command.command]))


@router.message(Command("game"), IN_GROUP)
async def open_shared_game(message: Message, dialog_manager: DialogManager) -> None:
    """Open the game in a message of its own that everybody in the group can play."""
    stack_id = f"m{message.message_id}"
    await open_beside(dialog_manager, stack_id, Game.playing, {"beside": True})


@router.message(Command("share"))
async def share(_message: Message, command: CommandObject, dialog_manager: DialogManager) -> None:
    """Show links to a counter; the text after the command is the counter's name."""
    data: dict[str, Data] = {"label": " ".join((command.args or "").split()) or None}
    await open_windows(dialog_manager, *WINDOWS["share"], data=data)


@router.message(Command(*WINDOWS))
async def open_window(
    _message: Message, command: CommandObject, dialog_manager: DialogManager
) -> None:
    """Open the windows of a command."""
    await open_windows(dialog_manager, *WINDOWS[command.command])


@router.message(Command("buttons_example"))
async def open_example(message: Message, dialog_manager: DialogManager) -> None:
    """Open two messages: one with an inline keyboard, one with a reply keyboard."""
    await open_beside(dialog_manager, f"m{message.message_id}", Example.inline, {})
    await open_windows(dialog_manager, Menu.main, ReplyKeyboards.example)


async def open_windows(
    manager: DialogManager, *states: State, data: dict[str, Data] | None = None
) -> None:
    """Start dialogs on top of each other and show the last one, so that Back works.

    Args:
        manager: The manager of the current update.
        states: The windows, from the bottom of the stack to the top.
        data: The start data of the last one.
    """
    *behind, last = states
    mode = StartMode.RESET_STACK
    for state in behind:
        await manager.start(state, mode=mode, show_mode=ShowMode.NO_UPDATE)
        mode = StartMode.NORMAL
    await manager.start(last, data, mode=mode, show_mode=ShowMode.SEND)


@router.message(Command(*COUNTERS))
async def count(
    message: Message, command: CommandObject, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message] | None:
    """Open a counter in a message of its own; the text after the command is its name.

    In a private chat nobody else can tap, so `personal` is set in groups only.
    """
    label = " ".join((command.args or "").split()) or None
    if label and len(label) > LABEL_MAX:
        return message.reply(texts("counter-label-too-long", length=len(label), limit=LABEL_MAX))
    kind, personal = COUNTERS[command.command]
    more: dict[str, Data] = {}
    if personal and message.chat.type != ChatType.PRIVATE:
        more["personal"] = True
    await open_counter(message, dialog_manager, kind, label, **more)
    return None


async def open_counter(
    message: Message,
    manager: DialogManager,
    kind: Kind,
    label: str | None,
    **more: Data,
) -> None:
    """Open a counter in a message of its own.

    Args:
        message: The message that asks for it; its id names the dialog's stack.
        manager: The manager of the current update.
        kind: The counter's kind.
        label: The counter's name, if it has one.
        more: Further start data: `steps` for the kind `custom`, or `personal`.
    """
    data = {"kind": kind.value, "label": label, **more}
    await open_beside(manager, f"m{message.message_id}", Counter.counting, data)
