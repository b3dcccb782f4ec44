"""The button beside the input field of private chats."""

from functools import partial

from aiogram import Bot
from aiogram.methods import SetChatMenuButton
from aiogram.types import MenuButtonCommands, MenuButtonWebApp, WebAppInfo

from durable_dialogs import patiently
from locales import Catalog, Texts


def make_button(texts: Texts, totals_url: str | None) -> MenuButtonCommands | MenuButtonWebApp:
    """Make the button.

    Args:
        texts: The texts of who sees it.
        totals_url: The page of totals, which it opens; None where there is none, and it
            lists the commands.
    """
    if totals_url is None:
        return MenuButtonCommands()
    return MenuButtonWebApp(text=texts("page-menu"), web_app=WebAppInfo(url=totals_url))


async def announce(bot: Bot, catalog: Catalog, totals_url: str | None) -> None:
    """Tell Telegram what the button does, unless it knows; the bot can live without.

    Args:
        bot: The bot.
        catalog: The texts. Telegram takes one for everybody, so it is the default language's;
            people who read another have a button of their own (handlers/own_chats.py).
        totals_url: The page of totals, see `make_button`.
    """
    button = make_button(catalog.speak(None), totals_url)
    shown = await patiently(bot.get_chat_menu_button)
    if shown and shown.model_dump() != button.model_dump():
        await patiently(partial(bot, SetChatMenuButton(menu_button=button)))
