"""The commands."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import partial
from typing import Any

import structlog
from aiogram import Bot, F, Router
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.state import State
from aiogram.methods import SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, BotCommandScopeChat, Message, TelegramObject
from aiogram_dialog import Data, DialogManager, ShowMode, StartMode

from db.models import LABEL_MAX, Kind
from fsm.calls import patiently
from fsm.foreground import open_beside
from locales import Catalog, Texts
from states import (
    Callbacks,
    Counter,
    Counters,
    Example,
    Game,
    InlineMode,
    Links,
    Menu,
    Payment,
    ReplyBuilder,
    ReplyKeyboards,
    SpecialButtons,
    Totals,
)

WINDOWS: dict[str, tuple[State, ...]] = {
    "start": (Menu.main,),
    "totals": (Menu.main, Totals.list),
    "counters": (Menu.main, Counters.list),
    "cutlets": (Menu.main, ReplyKeyboards.cutlets),
    "reply_builder": (Menu.main, ReplyKeyboards.list, ReplyBuilder.numbers),
    "special_buttons": (Menu.main, SpecialButtons.asking),
    "inline_url": (Menu.main, Links.list),
    "links": (Menu.main, Links.list),
    "random": (Menu.main, Callbacks.random),
    "callbacks": (Menu.main, Callbacks.answers),
    "inline": (Menu.main, InlineMode.switches),
    "game": (Menu.main, Game.playing),
    "payment": (Menu.main, Payment.stars),
    "help": (Menu.help,),
}
"""What each command opens: the windows one behind the other, the last of them shown."""

COUNTERS = {
    "numbers": (Kind.NUMBERS, False),
    "numbers_fab": (Kind.NUMBERS_FAB, False),
    "numbers_own": (Kind.NUMBERS, True),
    "numbers_fab_own": (Kind.NUMBERS_FAB, True),
}
"""The commands that open a counter: of which kind, and whether nobody else may tap it."""

REPLY_KEYBOARDS = ("cutlets", "reply_builder", "special_buttons", "buttons_example")
"""The commands that open reply keyboards: dialogs have them in private chats only."""

ADMINS = ("stats",)
"""The commands that are listed for the bot's admins alone."""

IN_PRIVATE = {**dict.fromkeys(REPLY_KEYBOARDS, "reply-in-private"), "payment": "payment-in-private"}
"""What is said in groups to the commands that are of no use there: a bill is one person's."""

LINKED = {"callbacks", "inline", "links", "payment"}
"""The commands that a link to the bot may stand for: `t.me/<bot>?start=...`."""

COMMANDS = (
    "start",
    "numbers",
    "numbers_fab",
    "numbers_own",
    "numbers_fab_own",
    "counters",
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
    "game",
    "payment",
    "paysupport",
    "terms",
    "help",
)
"""The commands, in the order in which Telegram lists them."""

IN_GROUP = F.chat.type != ChatType.PRIVATE

log = structlog.get_logger(__name__)

router = Router(name="commands")


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


@router.message(Command(*IN_PRIVATE), IN_GROUP)
@router.message(CommandStart(deep_link=True, magic=F.args.in_(IN_PRIVATE)), IN_GROUP)
async def refer(message: Message, command: CommandObject, texts: Texts) -> TelegramMethod[Message]:
    """Say that something is of use in the private chat only."""
    asked = command.command if command.command in IN_PRIVATE else str(command.args)
    return message.reply(texts(IN_PRIVATE[asked]))


@router.message(CommandStart(deep_link=True, magic=F.args.in_(LINKED)))
async def follow(_message: Message, command: CommandObject, dialog_manager: DialogManager) -> None:
    """Open what a link leads to."""
    await _open(dialog_manager, *WINDOWS[str(command.args)])


@router.message(Command("game"), IN_GROUP)
async def open_shared_game(message: Message, dialog_manager: DialogManager) -> None:
    """Open the game on a message of its own, for everybody in a group."""
    stack_id = f"m{message.message_id}"
    await open_beside(dialog_manager, stack_id, Game.playing, {"beside": True})


@router.message(Command(*WINDOWS))
async def open_window(
    _message: Message, command: CommandObject, dialog_manager: DialogManager
) -> None:
    """Open what a command stands for."""
    await _open(dialog_manager, *WINDOWS[command.command])


@router.message(Command("buttons_example"))
async def open_example(message: Message, dialog_manager: DialogManager) -> None:
    """Open an inline and a reply keyboard side by side."""
    await open_beside(dialog_manager, f"m{message.message_id}", Example.inline, {})
    await _open(dialog_manager, Menu.main, ReplyKeyboards.example)


async def _open(manager: DialogManager, *states: State) -> None:
    """Open windows one behind the other, and show the last."""
    *behind, last = states
    mode = StartMode.RESET_STACK
    for state in behind:
        await manager.start(state, mode=mode, show_mode=ShowMode.NO_UPDATE)
        mode = StartMode.NORMAL
    await manager.start(last, mode=mode, show_mode=ShowMode.SEND)


@router.message(Command(*COUNTERS))
async def count(
    message: Message, command: CommandObject, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message] | None:
    """Open a counter on a message of its own; what follows the command is its label.

    In a private chat every counter is one's own anyway.
    """
    label = " ".join((command.args or "").split()) or None
    if label and len(label) > LABEL_MAX:
        return message.reply(texts("counter-label-too-long", length=len(label), limit=LABEL_MAX))
    kind, personal = COUNTERS[command.command]
    data: dict[str, Data] = {"kind": kind.value, "label": label}
    if personal and message.chat.type != ChatType.PRIVATE:
        data["personal"] = True
    await open_beside(dialog_manager, f"m{message.message_id}", Counter.counting, data)
    return None


async def announce(bot: Bot, catalog: Catalog, admin_ids: Collection[int]) -> None:
    """Tell Telegram which commands there are, in every language; the bot can live without.

    Args:
        bot: Whose commands they are.
        catalog: The languages.
        admin_ids: In whose chats alone the admins' commands are listed.
    """
    for language in (None, *catalog.languages):
        everybodys = _listed(catalog.speak(language), COMMANDS)
        await patiently(partial(bot, SetMyCommands(commands=everybodys, language_code=language)))
        admins = [*everybodys, *_listed(catalog.speak(language), ADMINS)]
        for admin_id in admin_ids:
            # Refused as long as the admin has not started the bot.
            scope = BotCommandScopeChat(chat_id=admin_id)
            method = SetMyCommands(commands=admins, scope=scope, language_code=language)
            await patiently(partial(bot, method))
    log.info("commands_announced")


def _listed(texts: Texts, names: Iterable[str]) -> list[BotCommand]:
    return [
        BotCommand(command=name, description=texts(f"command-{name.replace('_', '-')}"))
        for name in names
    ]
