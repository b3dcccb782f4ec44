"""Every command: what it opens and where it works.

Telegram's lists of commands, /help and links are made from it.
"""

from dataclasses import dataclass
from enum import Flag, auto

from aiogram.enums import ChatType
from aiogram.fsm.state import State

from states import (
    Callbacks,
    Counters,
    Game,
    InlineMode,
    Links,
    Menu,
    Payment,
    ReplyBuilder,
    ReplyKeyboards,
    Settings,
    Share,
    SpecialButtons,
    Totals,
)


class Scope(Flag):
    """Where commands work: private chats, groups, and the private chats of the bot's admins."""

    PRIVATE = auto()
    GROUP = auto()
    ADMINS = auto()
    EVERYWHERE = PRIVATE | GROUP

    @classmethod
    def of(cls, chat_type: str, *, is_admin: bool) -> "Scope":
        """Give the scope of a chat.

        Args:
            chat_type: The chat's type.
            is_admin: Whether the person is an admin of the bot; counts in a private chat only.
        """
        if chat_type != ChatType.PRIVATE:
            return cls.GROUP
        return cls.PRIVATE | cls.ADMINS if is_admin else cls.PRIVATE


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Attributes:
        name: The command without its slash.
        windows: The windows that it opens, each above the one before; the last one shows. None
            if its handler does something else.
        where: Where it works. It is listed there and nowhere else.
        refusal: Key of the text that a group gets if the command works in private chats only.
    """

    name: str
    windows: tuple[State, ...] = ()
    where: Scope = Scope.EVERYWHERE
    refusal: str | None = None

    @property
    def key(self) -> str:
        """Key of the text that describes the command."""
        return f"command-{self.name.replace('_', '-')}"


def _private(name: str, *windows: State, refusal: str) -> Command:
    return Command(name, windows, Scope.PRIVATE, refusal)


COMMANDS = (
    Command("start", (Menu.main,)),
    Command("numbers"),
    Command("numbers_fab"),
    Command("numbers_own", where=Scope.GROUP),
    Command("numbers_fab_own", where=Scope.GROUP),
    Command("count"),
    Command("count_own", where=Scope.GROUP),
    Command("counters", (Menu.main, Counters.list)),
    Command("totals", (Menu.main, Totals.list)),
    Command("share", (Menu.main, Links.list, Share.main)),
    Command("cutlets", (Menu.main, ReplyKeyboards.cutlets)),
    _private(
        "reply_builder",
        *(Menu.main, ReplyKeyboards.list, ReplyBuilder.numbers),
        refusal="reply-in-private",
    ),
    _private("special_buttons", Menu.main, SpecialButtons.asking, refusal="reply-in-private"),
    _private("buttons_example", refusal="reply-in-private"),
    Command("inline_url", (Menu.main, Links.list)),
    Command("links", (Menu.main, Links.list)),
    Command("random", (Menu.main, Callbacks.random)),
    Command("callbacks", (Menu.main, Callbacks.answers)),
    Command("inline", (Menu.main, InlineMode.switches)),
    Command("settings", (Menu.main, Settings.main)),
    Command("game", (Menu.main, Game.playing)),
    _private("payment", Menu.main, Payment.stars, refusal="payment-in-private"),
    Command("paysupport"),
    Command("terms"),
    Command("help", (Menu.help,)),
    Command("stats", where=Scope.ADMINS),
    Command("refund", where=Scope.ADMINS),
)
"""Every command, in the order of Telegram's lists."""

WINDOWS = {command.name: command.windows for command in COMMANDS if command.windows}
"""The commands that only open windows."""

REFUSALS = {command.name: command.refusal for command in COMMANDS if command.refusal}
"""Keys of the texts that a group gets for commands which do not work there."""


def offered(scope: Scope) -> list[Command]:
    """Give the commands that work in a scope.

    Args:
        scope: The chat's scope, as `Scope.of` gives it.
    """
    return [command for command in COMMANDS if command.where & scope]
