"""Polling that loses nothing: an update is kept in Redis before Telegram may forget it.

Asking with a new offset is the acknowledgement (Bot API, getUpdates). What is
done within moments of the fetch never needs keeping; the rest is written down
in one command, and replayed in order after a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetUpdates
from aiogram.types import Update
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.keys import PREFIX

Field = bytes | bytearray | memoryview | str | int | float
Feed = Callable[[Update], Awaitable[object]]

LONG_POLL = 30
"""Seconds that a request for updates may wait at Telegram."""
MOMENT = 0.01
"""Seconds that an update may take without being written down."""
PAUSE = 1.0
"""Seconds before the next try when Telegram or Redis can't be reached."""
AT_ONCE = 1000
"""Updates that may be under way; more are not fetched."""

log = structlog.get_logger(__name__)


class Inbox:
    """Fetches updates by polling and sees each of them through.

    Args:
        bot: The bot.
        redis: The connection, giving bytes.
        feed: Carries an update out; when it returns, the update is done.
        kinds: The kinds of updates to ask for.
    """

    def __init__(self, bot: Bot, redis: Redis, feed: Feed, kinds: list[str]) -> None:
        self._bot = bot
        self._redis = redis
        self._feed = feed
        self._kinds = kinds
        self._key = f"{PREFIX}:{{{bot.id}}}:inbox"
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._kept: set[int] = set()

    async def run(self) -> None:
        """Replay what was left behind, then fetch, until cancelled.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
            TelegramConflictError: Somebody else fetches with the same token.
        """
        await self._replay()
        offset: int | None = None
        while True:
            updates = await self._fetch(offset)
            fresh = [update for update in updates if update.update_id not in self._tasks]
            for update in fresh:
                self._begin(update)
            if fresh:
                await asyncio.wait(self._tasks.values(), timeout=MOMENT)
            await self._keep([update for update in fresh if update.update_id in self._tasks])
            if updates:
                offset = updates[-1].update_id + 1
            while len(self._tasks) > AT_ONCE:
                await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)

    async def close(self, within: float) -> None:
        """Finish what is under way, for at most `within` seconds; the rest stays kept."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=within)

    async def _replay(self) -> None:
        kept = await patiently(self._redis.hgetall, self._key)
        for update_id, raw in sorted(kept.items(), key=lambda item: int(item[0])):
            self._kept.add(int(update_id))
            try:
                update = Update.model_validate_json(raw, context={"bot": self._bot})
            except ValidationError:
                # Kept by another version of aiogram. It stays, to be looked at.
                log.exception("kept_update_unreadable", update=int(update_id))
            else:
                self._begin(update)

    async def _fetch(self, offset: int | None) -> list[Update]:
        method = GetUpdates(offset=offset, timeout=LONG_POLL, allowed_updates=self._kinds)
        while True:
            try:
                return await self._bot(method, request_timeout=LONG_POLL + 15)
            except (TelegramUnauthorizedError, TelegramConflictError):
                raise
            except (TelegramAPIError, ClientDecodeError) as error:
                # Its name only: a body that can't be read may hold anything.
                log.warning("updates_not_fetched", error=type(error).__name__)
                await asyncio.sleep(PAUSE)

    def _begin(self, update: Update) -> None:
        self._tasks[update.update_id] = asyncio.create_task(self._see_through(update))

    async def _see_through(self, update: Update) -> None:
        try:
            await self._feed(update)
        except Exception:
            log.exception("update_failed", update=update.update_id)
        del self._tasks[update.update_id]
        if update.update_id in self._kept:
            await self._release([update.update_id])

    async def _keep(self, updates: list[Update]) -> None:
        if not updates:
            return
        entries: dict[Field, Field] = {
            str(update.update_id): update.model_dump_json(exclude_unset=True, by_alias=True)
            for update in updates
        }
        await patiently(self._redis.hset, self._key, mapping=entries)
        self._kept.update(update.update_id for update in updates)
        await self._release([u.update_id for u in updates if u.update_id not in self._tasks])

    async def _release(self, update_ids: list[int]) -> None:
        if not update_ids:
            return
        self._kept.difference_update(update_ids)
        try:
            await self._redis.hdel(self._key, *map(str, update_ids))
        except RedisError as error:
            # They are replayed after a restart, and recognised then.
            log.warning("updates_not_released", error=str(error))


async def patiently(call: Callable[..., Awaitable[Any]], *args: object, **kwargs: object) -> Any:  # noqa: ANN401 - what the call gives
    """Call Redis until it can be reached."""
    while True:
        try:
            return await call(*args, **kwargs)
        except RedisError as error:
            log.warning("inbox_unreachable", error=str(error))
            await asyncio.sleep(PAUSE)
