"""What Telegram shows of the bot before it says a word: lists of commands and descriptions."""

from collections.abc import Collection, Iterator
from functools import partial

import structlog
from aiogram import Bot
from aiogram.methods import (
    GetMyCommands,
    GetMyDescription,
    GetMyShortDescription,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    BotCommandScopeUnion,
)

from command_list import Place, offered
from fsm.calls import Result, patiently
from locales import Catalog, Texts

PATIENCE = 60 * 60.0
"""Seconds that a call is worth trying: what others read of the bot is in no hurry, and
Telegram may ask for many minutes where it was changed often."""

log = structlog.get_logger(__name__)


async def announce(bot: Bot, catalog: Catalog, admin_ids: Collection[int]) -> None:
    """Tell Telegram in every language what there is, where it knows otherwise.

    The bot can live without. Its name is its owner's business.

    Args:
        bot: The bot.
        catalog: The languages; people whose own is not there read the default one.
        admin_ids: The bot's admins, who find more commands in their own chats. Until one of
            them has started the bot there is no such chat, and Telegram refuses.
    """
    for language in (None, *catalog.languages):
        texts = catalog.speak(language)
        for scope, place in _scopes(admin_ids):
            await _list(bot, texts, language, scope, place)
        await _describe(bot, texts, language)
    log.info("commands_announced")


def _scopes(admin_ids: Collection[int]) -> Iterator[tuple[BotCommandScopeUnion, Place]]:
    """Give what is listed where; a group's admins can do no more than others by commands."""
    yield BotCommandScopeDefault(), Place.PRIVATE
    yield BotCommandScopeAllPrivateChats(), Place.PRIVATE
    yield BotCommandScopeAllGroupChats(), Place.GROUP
    for admin_id in sorted(admin_ids):
        yield BotCommandScopeChat(chat_id=admin_id), Place.PRIVATE | Place.ADMINS


async def _list(
    bot: Bot, texts: Texts, language: str | None, scope: BotCommandScopeUnion, place: Place
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


async def _call(bot: Bot, method: TelegramMethod[Result]) -> Result | None:
    return await patiently(partial(bot, method), within=PATIENCE)
