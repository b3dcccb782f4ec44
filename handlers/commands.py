"""The commands."""

from functools import partial

import structlog
from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.methods import SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, Message
from aiogram_dialog import DialogManager, ShowMode, StartMode

from db.models import LABEL_MAX, Kind
from fsm.calls import patiently
from fsm.foreground import open_beside
from locales import Catalog, Texts
from states import Counter, Menu, Totals

COMMANDS = ("start", "numbers", "numbers_fab", "totals", "help")
"""The commands, in the order in which Telegram lists them."""

log = structlog.get_logger(__name__)

router = Router(name="commands")


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
    """Open the totals, with the menu behind them."""
    await dialog_manager.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.NO_UPDATE)
    await dialog_manager.start(Totals.list, show_mode=ShowMode.SEND)


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
