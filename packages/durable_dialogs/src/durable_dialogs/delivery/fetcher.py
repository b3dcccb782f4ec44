"""Fetching updates from Telegram by long polling.

A request with a new offset acknowledges all updates before it (Bot API, getUpdates).
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from durable_dialogs.delivery import overlap
from durable_dialogs.telegram.raw_updates import GetRawUpdates, RawUpdate
from durable_dialogs.telegram.retries import confirmed
from durable_dialogs.telemetry import telemetry

LONG_POLL = 30
"""Seconds that Telegram may hold a request open while it has no updates."""
GRACE = 15
"""Seconds beyond `LONG_POLL` before a request counts as lost."""
PAUSE = 1.0
"""Seconds before the next try if Telegram can't be reached."""

log = structlog.get_logger(__name__)


class Fetcher:
    """Fetches updates and remembers the offset of the next request.

    Args:
        bot: The bot.
        kinds: The kinds of updates to ask for (Bot API, getUpdates, `allowed_updates`).
    """

    def __init__(self, bot: Bot, kinds: list[str]) -> None:
        self._bot = bot
        self._kinds = kinds
        self._offset: int | None = None
        self._overlap = overlap.Overlap()

    async def fetch(self) -> list[RawUpdate]:
        """Fetch the next updates, at most 100; retry until Telegram answers.

        This acknowledges all updates of the fetch before.

        Returns:
            The updates, in the order of their ids; an empty list if none came in time.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
            TelegramConflictError: Another process has fetched with the same token for
                `overlap.OVERLAP` seconds.
        """
        updates = await self._request(self._offset)
        if updates:
            self._offset = updates[-1].id + 1
        return updates

    async def acknowledge(self, still_needed: Iterable[int]) -> None:
        """Acknowledge what was fetched, without waiting for the next fetch.

        The updates that this request returns are dropped: the next fetch has the same offset and
        returns them again.

        Args:
            still_needed: The ids of updates that Telegram must keep.
        """
        if self._offset is None:
            return
        offset = min([self._offset, *still_needed])
        method = GetRawUpdates(offset=offset, limit=1, timeout=0, allowed_updates=self._kinds)
        with suppress(TelegramAPIError):
            await self._bot(method)

    async def _request(self, offset: int | None) -> list[RawUpdate]:
        method = GetRawUpdates(offset=offset, timeout=LONG_POLL, allowed_updates=self._kinds)
        call = partial(self._bot, method, request_timeout=LONG_POLL + GRACE)
        while True:
            try:
                return await confirmed(call)
            except TelegramUnauthorizedError:
                raise
            except TelegramConflictError:
                telemetry.telegram_failed("refused")
                if not self._overlap.is_short():
                    raise
                await asyncio.sleep(overlap.PAUSE)
            except TelegramRetryAfter as error:
                telemetry.telegram_failed("throttled")
                log.warning("updates_not_fetched", error=type(error).__name__)
                await asyncio.sleep(error.retry_after)
            except TelegramAPIError as error:
                telemetry.telegram_failed("away")
                log.warning("updates_not_fetched", error=type(error).__name__)
                await asyncio.sleep(PAUSE)
