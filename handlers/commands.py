"""The commands."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.state import State
from aiogram.methods import SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, Message, TelegramObject
from aiogram_dialog import DialogManager, ShowMode, StartMode

from db.models import LABEL_MAX, Kind
from fsm.calls import patiently
from fsm.foreground import open_beside
from locales import Catalog, Texts
from states import (
    Callbacks,
    Counter,
    Example,
    InlineMode,
    Links,
    Menu,
    Payment,
    ReplyBuilder,
    ReplyKeyboards,
    SpecialButtons,
    Totals,
)

COMMANDS = (
    "start",
    "numbers",
    "numbers_fab",
    "totals",
    "cutlets",
    "reply_builder",
    "special_buttons",
    "buttons_example",
    "inline_url",
    "links",
    "random",
    "callbacks",
    "inline",
    "payment",
    "paysupport",
    "terms",
    "help",
)
"""The commands, in the order in which Telegram lists them."""

log = structlog.get_logger(__name__)

router = Router(name="commands")

IN_PRIVATE = F.chat.type == ChatType.PRIVATE


@router.message.middleware
async def put_keyboard_away(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:  # noqa: ANN401 - what the handler gives
    """Close a window with a reply keyboard first: it would stay under what a command opens."""
    manager: DialogManager = data["dialog_manager"]
    if manager.current_stack().last_reply_keyboard:
        await manager.reset_stack()
    return await handler(event, data)


@router.message(Command("inline_url", "links"))
async def links(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the buttons that open something."""
    await _open(dialog_manager, Menu.main, Links.list)


@router.message(CommandStart(deep_link=True, magic=F.args == "callbacks"))
@router.message(Command("callbacks"))
async def callbacks(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the ways to answer a press; one of them leads here by a link."""
    await _open(dialog_manager, Menu.main, Callbacks.answers)


@router.message(Command("random"))
async def random(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the button that sends a number."""
    await _open(dialog_manager, Menu.main, Callbacks.random)


@router.message(CommandStart(deep_link=True, magic=F.args == "inline"))
@router.message(Command("inline"))
async def inline_mode(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the ways to inline mode; the button above its results leads here, too."""
    await _open(dialog_manager, Menu.main, InlineMode.switches)


@router.message(CommandStart(deep_link=True, magic=F.args == "payment"))
@router.message(Command("payment"), IN_PRIVATE)
async def payment(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open what can be paid for; the button under a forwarded bill leads here, too."""
    await _open(dialog_manager, Menu.main, Payment.stars)


@router.message(Command("payment"))
async def refer_payer(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Say where bills are: each is for one person."""
    return message.reply(texts("payment-in-private"))


@router.message(CommandStart())
async def start(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the menu."""
    await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


@router.message(Command("help"))
async def show_help(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the menu's help."""
    await dialog_manager.start(Menu.help, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


@router.message(Command("totals"))
async def totals(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the totals."""
    await _open(dialog_manager, Menu.main, Totals.list)


@router.message(Command("cutlets"), IN_PRIVATE)
async def cutlets(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the question how the cutlets are served."""
    await _open(dialog_manager, Menu.main, ReplyKeyboards.cutlets)


@router.message(Command("reply_builder"), IN_PRIVATE)
async def reply_builder(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the keyboard of numbers."""
    await _open(dialog_manager, Menu.main, ReplyKeyboards.list, ReplyBuilder.numbers)


@router.message(Command("special_buttons"), IN_PRIVATE)
async def special_buttons(message: Message, dialog_manager: DialogManager) -> None:  # noqa: ARG001
    """Open the buttons that ask for something."""
    await _open(dialog_manager, Menu.main, SpecialButtons.asking)


@router.message(Command("buttons_example"), IN_PRIVATE)
async def buttons_example(message: Message, dialog_manager: DialogManager) -> None:
    """Open an inline and a reply keyboard side by side."""
    await open_beside(dialog_manager, f"m{message.message_id}", Example.inline, {})
    await _open(dialog_manager, Menu.main, ReplyKeyboards.example)


@router.message(Command("reply_builder", "special_buttons", "buttons_example"))
async def refer(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Say where reply keyboards are: dialogs have them in private chats only."""
    return message.reply(texts("reply-in-private"))


async def _open(manager: DialogManager, first: State, *others: State) -> None:
    """Open windows one behind the other, and show the last."""
    await manager.start(first, mode=StartMode.RESET_STACK, show_mode=ShowMode.NO_UPDATE)
    *behind, last = others
    for state in behind:
        await manager.start(state)
    await manager.start(last, show_mode=ShowMode.SEND)


@router.message(Command("numbers", "numbers_fab"))
async def count(
    message: Message, command: CommandObject, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message] | None:
    """Open a counter on a message of its own; what follows the command is its label."""
    label = " ".join((command.args or "").split()) or None
    if label and len(label) > LABEL_MAX:
        return message.reply(texts("counter-label-too-long", length=len(label), limit=LABEL_MAX))
    data = {"kind": Kind(command.command).value, "label": label}
    await open_beside(dialog_manager, f"m{message.message_id}", Counter.counting, data)
    return None


async def announce(bot: Bot, catalog: Catalog) -> None:
    """Tell Telegram which commands there are, in every language; the bot can live without."""
    for language in (None, *catalog.languages):
        texts = catalog.speak(language)
        commands = [
            BotCommand(command=name, description=texts(f"command-{name.replace('_', '-')}"))
            for name in COMMANDS
        ]
        method = SetMyCommands(commands=commands, language_code=language)
        await patiently(partial(bot, method))
    log.info("commands_announced")
