"""Polling that loses nothing: an update is kept in Redis before Telegram may forget it.

Asking with a new offset is the acknowledgement (Bot API, getUpdates). What is
done within moments of the fetch never needs keeping; the rest is written down
in one command, and replayed in order after a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramUnauthorizedError
from aiogram.methods import GetUpdates
from aiogram.types import Update
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
        kept = await cast("Awaitable[dict[bytes, bytes]]", self._redis.hgetall(self._key))
        for _, raw in sorted(kept.items(), key=lambda item: int(item[0])):
            update = Update.model_validate_json(raw, context={"bot": self._bot})
            self._kept.add(update.update_id)
            self._begin(update)

    async def _fetch(self, offset: int | None) -> list[Update]:
        method = GetUpdates(offset=offset, timeout=LONG_POLL, allowed_updates=self._kinds)
        while True:
            try:
                return await self._bot(method, request_timeout=LONG_POLL + 15)
            except (TelegramUnauthorizedError, TelegramConflictError):
                raise
            except TelegramAPIError as error:
                log.warning("updates_not_fetched", error=str(error))
                await asyncio.sleep(PAUSE)

    def _begin(self, update: Update) -> None:
        self._tasks[update.update_id] = asyncio.create_task(self._see_through(update))

    async def _see_through(self, update: Update) -> None:
        try:
            await self._feed(update)
        except Exception:
            log.exception("update_failed", update=update.update_id)
        if update.update_id in self._kept:
            try:
                await self._redis.hdel(self._key, str(update.update_id))
                self._kept.discard(update.update_id)
            except RedisError as error:
                # It is replayed after a restart, and recognised then.
                log.warning("update_not_removed", update=update.update_id, error=str(error))
        del self._tasks[update.update_id]

    async def _keep(self, updates: list[Update]) -> None:
        if not updates:
            return
        entries: dict[Field, Field] = {
            str(update.update_id): update.model_dump_json(exclude_unset=True, by_alias=True)
            for update in updates
        }
        self._kept.update(update.update_id for update in updates)
        while True:
            try:
                await self._redis.hset(self._key, mapping=entries)
                break
            except RedisError as error:
                log.warning("updates_not_kept", error=str(error))
                await asyncio.sleep(PAUSE)
        over = [str(update.update_id) for update in updates if update.update_id not in self._tasks]
        if over:
            await self._redis.hdel(self._key, *over)
