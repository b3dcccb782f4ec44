"""The button beside the input field of private chats."""

from functools import partial

from aiogram import Bot
from aiogram.methods import SetChatMenuButton
from aiogram.types import MenuButtonCommands, MenuButtonWebApp, WebAppInfo

from fsm.calls import patiently
from locales import Catalog


async def announce(bot: Bot, catalog: Catalog, totals_url: str | None) -> None:
    """Tell Telegram what the button does; the bot can live without.

    Args:
        bot: The bot.
        catalog: The texts. Telegram takes one for everybody, so it is the default language's.
        totals_url: The page of totals, which it opens; None where there is none, and it
            lists the commands.
    """
    button: MenuButtonCommands | MenuButtonWebApp = MenuButtonCommands()
    if totals_url:
        text = catalog.speak(None)("page-menu")
        button = MenuButtonWebApp(text=text, web_app=WebAppInfo(url=totals_url))
    await patiently(partial(bot, SetChatMenuButton(menu_button=button)))
