"""Titles of chats. They are not saved; the bot asks Telegram."""

import asyncio
from collections.abc import Iterable, MutableMapping
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from cachetools import TTLCache

from durable_dialogs import ask

REMEMBERED = 10_000
"""Number of chats whose titles a worker caches."""
HOUR = 60 * 60
"""Seconds that a title is cached."""
PATIENCE = 3
"""Seconds to wait for Telegram."""

log = structlog.get_logger(__name__)


class ChatNames:
    """Looks up titles of chats.

    Args:
        bot: The bot, a member of these chats.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: MutableMapping[int, str | None] = TTLCache(REMEMBERED, HOUR)

    async def find(self, chats: Iterable[int]) -> dict[int, str | None]:
        """Give the titles of groups by their ids, None if Telegram does not give it."""
        wanted = list(chats)
        return dict(zip(wanted, await asyncio.gather(*map(self._find, wanted)), strict=True))

    async def _find(self, chat_id: int) -> str | None:
        if chat_id in self._known:
            return self._known[chat_id]
        refusals = (TelegramBadRequest, TelegramForbiddenError)
        try:
            call = partial(self._bot.get_chat, chat_id)
            chat = await ask(call, within=PATIENCE, raising=refusals)
        except refusals as error:
            # Perhaps the bot was removed from the group.
            log.info("chat_unknown", error=type(error).__name__)
            self._known[chat_id] = None
            return None
        if chat is None:
            return None
        self._known[chat_id] = chat.title
        return chat.title
