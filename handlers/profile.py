"""The bot's profile at Telegram: lists of commands and descriptions, in every language."""

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
"""Seconds to keep trying a call: Telegram may ask to wait many minutes after frequent changes, and
the profile is not urgent."""

log = structlog.get_logger(__name__)


LISTS: tuple[tuple[BotCommandScopeUnion, Scope], ...] = (
    (BotCommandScopeDefault(), Scope.PRIVATE),
    (BotCommandScopeAllPrivateChats(), Scope.PRIVATE),
    (BotCommandScopeAllGroupChats(), Scope.GROUP),
)
"""Which commands Telegram lists in which chats. Admins of a group have no list of their own
because they have no further commands there."""


async def announce(bot: Bot, catalog: Catalog) -> None:
    """Set commands and descriptions in each language, if Telegram shows others.

    A failure is only logged. The bot's name is left to its owner.

    Args:
        bot: The bot.
        catalog: The texts of all languages.
    """
    for language in (None, *catalog.languages):
        texts = catalog.speak(language)
        for scope, place in LISTS:
            await _list(bot, texts, language, scope, place)
        await _describe(bot, texts, language)
    log.info("commands_announced")


async def announce_to_admin(bot: Bot, catalog: Catalog, admin_id: int) -> None:
    """Add the admins' commands to the list in an admin's private chat.

    Args:
        bot: The bot.
        catalog: The texts of all languages.
        admin_id: The admin, who must have started the bot: the chat does not exist before.
    """
    scope = BotCommandScopeChat(chat_id=admin_id)
    for language in (None, *catalog.languages):
        await _list(bot, catalog.speak(language), language, scope, Scope.PRIVATE | Scope.ADMINS)


async def take_back_from(bot: Bot, catalog: Catalog, former_id: int) -> None:
    """Remove the list that `announce_to_admin` has set.

    Args:
        bot: The bot.
        catalog: The texts of all languages.
        former_id: The former admin.
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
    """Set the description (in an empty chat) and the short one (in profile and shared links)."""
    long, short = texts("profile-description"), texts("profile-short")
    described = await _call(bot, GetMyDescription(language_code=language))
    if described is not None and described.description != long:
        await _call(bot, SetMyDescription(description=long, language_code=language))
    named = await _call(bot, GetMyShortDescription(language_code=language))
    if named is not None and named.short_description != short:
        await _call(bot, SetMyShortDescription(short_description=short, language_code=language))


async def _call(bot: Bot, method: TelegramMethod[TelegramType]) -> TelegramType | None:
    return await patiently(partial(bot, method), within=PATIENCE)
