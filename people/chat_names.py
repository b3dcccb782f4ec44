"""What chats are called, which is kept nowhere: Telegram is asked."""

import asyncio
from collections.abc import Iterable, MutableMapping
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from cachetools import TTLCache

from durable_dialogs import ask

REMEMBERED = 10_000
"""Chats whose names a process remembers."""
HOUR = 60 * 60
"""Seconds that it does."""
PATIENCE = 3
"""Seconds that Telegram has to tell a name."""

log = structlog.get_logger(__name__)


class ChatNames:
    """Tells what chats are called.

    Args:
        bot: Who asks, and is a member of them.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: MutableMapping[int, str | None] = TTLCache(REMEMBERED, HOUR)

    async def find(self, chats: Iterable[int]) -> dict[int, str | None]:
        """Give the titles of groups, None for those that Telegram does not tell."""
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
            # The bot may have been removed from it since.
            log.info("chat_unknown", error=type(error).__name__)
            self._known[chat_id] = None
            return None
        if chat is None:
            return None
        self._known[chat_id] = chat.title
        return chat.title
