"""What Telegram shows of the bot before it says a word: lists of commands and descriptions."""

from functools import partial

import structlog
from aiogram import Bot
from aiogram.methods import (
    DeleteMyCommands,
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
)

from durable_dialogs import patiently
from locales import Catalog, Texts
from widgets.command_list import Scope, offered

PATIENCE = 60 * 60.0
"""Seconds that a call is worth trying: what others read of the bot is in no hurry, and
Telegram may ask for many minutes where it was changed often."""

log = structlog.get_logger(__name__)


LISTS: tuple[tuple[BotCommandScopeUnion, Scope], ...] = (
    (BotCommandScopeDefault(), Scope.PRIVATE),
    (BotCommandScopeAllPrivateChats(), Scope.PRIVATE),
    (BotCommandScopeAllGroupChats(), Scope.GROUP),
)
"""What is listed where. A group's admins have no list of their own: by commands they can do
no more than others there."""


async def announce(bot: Bot, catalog: Catalog) -> None:
    """Tell Telegram in every language what there is, where it knows otherwise.

    The bot can live without. Its name is its owner's business.

    Args:
        bot: The bot.
        catalog: The languages; people whose own is not there read the default one.
    """
    for language in (None, *catalog.languages):
        texts = catalog.speak(language)
        for scope, place in LISTS:
            await _list(bot, texts, language, scope, place)
        await _describe(bot, texts, language)
    log.info("commands_announced")


async def announce_to_admin(bot: Bot, catalog: Catalog, admin_id: int) -> None:
    """List an admin's commands, too, in their own chat with the bot.

    Args:
        bot: The bot.
        catalog: The languages.
        admin_id: The admin, who has started the bot: before, there is no such chat.
    """
    scope = BotCommandScopeChat(chat_id=admin_id)
    for language in (None, *catalog.languages):
        await _list(bot, catalog.speak(language), language, scope, Scope.PRIVATE | Scope.ADMINS)


async def take_back_from(bot: Bot, catalog: Catalog, former_id: int) -> None:
    """Take back what `announce_to_admin` has listed.

    Args:
        bot: The bot.
        catalog: The languages.
        former_id: Who is no admin any more.
    """
    scope = BotCommandScopeChat(chat_id=former_id)
    for language in (None, *catalog.languages):
        await _call(bot, DeleteMyCommands(scope=scope, language_code=language))


async def _list(
    bot: Bot, texts: Texts, language: str | None, scope: BotCommandScopeUnion, place: Scope
) -> None:
    wanted = [(command.name, texts(command.key)) for command in offered(place)]
    listed = await _call(bot, GetMyCommands(scope=scope, language_code=language))
    if listed is None or [(each.command, each.description) for each in listed] == wanted:
        return
    commands = [BotCommand(command=name, description=text) for name, text in wanted]
    await _call(bot, SetMyCommands(commands=commands, scope=scope, language_code=language))


async def _describe(bot: Bot, texts: Texts, language: str | None) -> None:
    """Tell what stands in an empty chat with the bot, and in its profile and shared links."""
    long, short = texts("profile-description"), texts("profile-short")
    described = await _call(bot, GetMyDescription(language_code=language))
    if described is not None and described.description != long:
        await _call(bot, SetMyDescription(description=long, language_code=language))
    named = await _call(bot, GetMyShortDescription(language_code=language))
    if named is not None and named.short_description != short:
        await _call(bot, SetMyShortDescription(short_description=short, language_code=language))


async def _call(bot: Bot, method: TelegramMethod[TelegramType]) -> TelegramType | None:
    return await patiently(partial(bot, method), within=PATIENCE)
