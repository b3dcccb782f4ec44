"""Who is an admin of a group: asked of Telegram outside of the chat lock, cached in Redis."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.types import (
    Chat,
    ChatMemberAdministrator,
    ChatMemberOwner,
    ResultChatMemberUnion,
    TelegramObject,
    Update,
    User,
)
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs import AwayError, BotKeys, NotKnownYetError, Outcome, ask

PATIENCE = 5
"""Seconds to wait for Telegram."""

log = structlog.get_logger(__name__)


class Right(StrEnum):
    """What is known about a person in a group."""

    ADMIN = "admin"
    MEMBER = "member"
    """Not an admin; perhaps not even in the group."""
    UNKNOWN = "unknown"
    """Telegram did not answer. The person gets no rights."""


KEPT = {Right.ADMIN: 120, Right.MEMBER: 30, Right.UNKNOWN: 1}
"""Seconds that each answer is cached.

A former admin keeps their rights for two minutes at most, and a new admin waits half a minute at
most. It also limits how often a person can make the bot ask Telegram. A `chat_member` update
replaces the cached answer at once; Telegram sends it only to bots that are admins (Bot API,
Update).
"""


class Rights(BaseMiddleware):
    """Tells who is an admin of a group; an outer middleware of updates, to follow changes.

    Redis caches the answers, one key a person, so that all workers share them.

    Args:
        bot: The bot.
        redis: The connection, giving bytes.
        keys: The bot's keys in Redis.
    """

    def __init__(self, bot: Bot, redis: Redis, keys: BotKeys) -> None:
        self._bot = bot
        self._keys = keys
        self._redis = redis
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def is_admin(self, chat: Chat, person: User) -> bool:
        """Tell whether a person is an admin of a group.

        Args:
            chat: The group. For a private chat the answer is False.
            person: The person.

        Raises:
            NotKnownYetError: No answer is cached. The engine asks Telegram outside of the chat
                lock and then does the update again.
            AwayError: Redis can't be reached.
        """
        if chat.type == ChatType.PRIVATE:
            return False
        try:
            right = await self._kept(self._key(chat.id, person.id))
        except RedisError as error:
            raise AwayError(str(error)) from error
        if right is None:
            raise NotKnownYetError(partial(self._ask, chat.id, person.id))
        return right is Right.ADMIN

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Cache the right from a `chat_member` update, handle others; see `BaseMiddleware`."""
        change = event.chat_member if isinstance(event, Update) else None
        if change is None:
            return await handler(event, data)
        member = change.new_chat_member
        key, right = self._key(change.chat.id, member.user.id), _right_of(member)
        try:
            await self._redis.set(key, right, ex=KEPT[right])
        except RedisError as error:
            log.warning("right_not_noted", error=str(error))
        return Outcome.DONE

    async def forget(self, change: Mapping[str, Any]) -> None:
        """Forget the cached right of a person, because a `chat_member` update can't be read.

        Args:
            change: Its content as JSON, of any shape. If it does not tell the group and the person,
                the right ends when the cache does.
        """
        try:
            chat_id, user_id = change["chat"]["id"], change["new_chat_member"]["user"]["id"]
        except (LookupError, TypeError):
            return
        if not isinstance(chat_id, int) or not isinstance(user_id, int):
            return
        try:
            await self._redis.delete(self._key(chat_id, user_id))
        except RedisError as error:
            log.warning("right_not_noted", error=str(error))

    async def _ask(self, chat_id: int, user_id: int) -> None:
        """Ask Telegram and cache the answer; wait for a call that is running already."""
        key = self._key(chat_id, user_id)
        # A variable keeps the lock alive: the dictionary holds only a weak reference.
        lock = self._asking.setdefault(key, asyncio.Lock())
        async with lock:
            try:
                if await self._kept(key) is None:
                    right = await self._fetch(chat_id, user_id)
                    # A `chat_member` update that came meanwhile is newer than the answer.
                    await self._redis.set(key, right, ex=KEPT[right], nx=True)
            except RedisError as error:
                # The update will fail with `AwayError`, which tells the person.
                log.warning("right_not_noted", error=str(error))

    async def _fetch(self, chat_id: int, user_id: int) -> Right:
        member = await ask(partial(self._bot.get_chat_member, chat_id, user_id), within=PATIENCE)
        return _right_of(member) if member else Right.UNKNOWN

    async def _kept(self, key: str) -> Right | None:
        kept = cast("bytes | None", await self._redis.get(key))
        return None if kept is None else Right(kept.decode())

    def _key(self, chat_id: int, user_id: int) -> str:
        return f"{self._keys.chat(chat_id).tag}:right:{user_id}"


def _right_of(member: ResultChatMemberUnion) -> Right:
    is_admin = isinstance(member, ChatMemberOwner | ChatMemberAdministrator)
    return Right.ADMIN if is_admin else Right.MEMBER
