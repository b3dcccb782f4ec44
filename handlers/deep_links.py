"""Handler of deep links: `t.me/<bot>?start=PAYLOAD` and `?startgroup=PAYLOAD`."""

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.filters import CommandObject, CommandStart
from aiogram.methods import TelegramMethod
from aiogram.types import Message
from aiogram_dialog import Data, DialogManager

from handlers.commands import open_counter, open_windows, put_keyboard_away
from locales import Texts
from signed.deep_links import CounterLink, Link, PayloadError, TotalsLink, decode
from states import Menu, Totals
from widgets.command_list import REFUSALS, WINDOWS

router = Router(name="deep links")
router.message.middleware(put_keyboard_away)


@router.message(CommandStart(deep_link=True))
async def follow(
    message: Message, command: CommandObject, dialog_manager: DialogManager, texts: Texts
) -> TelegramMethod[Message] | None:
    """Open what the payload of a link stands for; the menu and a notice if it is unknown."""
    try:
        link = decode(command.args or "")
    except PayloadError:
        await open_windows(dialog_manager, Menu.main)
        return message.reply(texts("link-unknown"))
    return await _open(link, message, dialog_manager, texts)


async def _open(
    link: Link, message: Message, manager: DialogManager, texts: Texts
) -> TelegramMethod[Message] | None:
    if isinstance(link, CounterLink):
        await open_counter(message, manager, link.kind, link.label, steps=list(link.steps))
    elif isinstance(link, TotalsLink):
        data: dict[str, Data] = {"label": link.label, "kind": link.kind, "days": link.days}
        await open_windows(manager, Menu.main, Totals.list, data=data)
    elif link.name in REFUSALS and message.chat.type != ChatType.PRIVATE:
        return message.reply(texts(REFUSALS[link.name]))
    else:
        await open_windows(manager, *WINDOWS[link.name])
    return None
