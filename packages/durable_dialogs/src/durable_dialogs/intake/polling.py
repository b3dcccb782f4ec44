"""Receives updates by polling."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramUnauthorizedError

from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.telegram.retries import confirmed, patiently

PAUSE = 5.0
"""Seconds before the next try if Telegram can't be reached."""

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


async def poll(bot: Bot, inbox: Inbox) -> None:
    """Fetch updates until cancelled. A webhook is deleted first; updates that wait are kept.

    Raises:
        TelegramUnauthorizedError: The token was revoked.
        TelegramConflictError: Another process keeps fetching with the same token.
    """
    info = await _insist(bot.get_webhook_info)
    if info.url:
        await _insist(bot.delete_webhook)
        log.info("webhook_deleted")
    await inbox.run()


async def _insist(call: Callable[[], Awaitable[Result]]) -> Result:
    """Call Telegram until it answers, because it refuses to poll as long as a webhook is set."""
    ask = partial(patiently, partial(confirmed, call), raising=(TelegramUnauthorizedError,))
    while True:
        if (result := await ask()) is not None:
            return result
        await asyncio.sleep(PAUSE)
