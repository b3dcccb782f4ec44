"""The menu button beside the input field of private chats."""

from functools import partial

from aiogram import Bot
from aiogram.methods import SetChatMenuButton
from aiogram.types import MenuButtonCommands, MenuButtonWebApp, WebAppInfo

from durable_dialogs import patiently
from locales import Catalog, Texts


def make_button(texts: Texts, totals_url: str | None) -> MenuButtonCommands | MenuButtonWebApp:
    """Make the menu button.

    Args:
        texts: The texts in the language of the people who see it.
        totals_url: The address of the page of totals, which the button opens. If None, the
            button lists the commands.
    """
    if totals_url is None:
        return MenuButtonCommands()
    return MenuButtonWebApp(text=texts("page-menu"), web_app=WebAppInfo(url=totals_url))


async def announce(bot: Bot, catalog: Catalog, totals_url: str | None) -> None:
    """Set the default menu button, if Telegram shows another one. A failure is only logged.

    There is one default for everybody, in the default language. People who read another
    language get a button of their own (`handlers/own_chats.py`).

    Args:
        bot: The bot.
        catalog: The texts.
        totals_url: The address of the page of totals; see `make_button`.
    """
    button = make_button(catalog.speak(None), totals_url)
    shown = await patiently(bot.get_chat_menu_button)
    if shown and shown.model_dump() != button.model_dump():
        await patiently(partial(bot, SetChatMenuButton(menu_button=button)))
