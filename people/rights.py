"""Who is an admin of a group: asked of Telegram beside the updates, and kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot
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

from durable_dialogs import AwayError, ChatKeys, NotKnownYetError, Outcome, ask

PATIENCE = 5
"""Seconds that Telegram has to tell whether somebody is an admin."""

log = structlog.get_logger(__name__)


class Right(StrEnum):
    """What is known of a person in a group."""

    ADMIN = "admin"
    MEMBER = "member"
    """Anybody else, also somebody who is not in the group."""
    UNKNOWN = "unknown"
    """Telegram did not tell. No right is assumed."""


KEPT = {Right.ADMIN: 120, Right.MEMBER: 30, Right.UNKNOWN: 1}
"""Seconds that an answer counts. So somebody who is an admin no more may act as one for two
minutes at most, somebody who has become one waits half a minute at most, and nobody can have
Telegram asked more often than that. A `chat_member` update ends both at once; Telegram sends
it to bots that are admins themselves (Bot API, Update)."""


class Rights(BaseMiddleware):
    """Tells who is an admin of a group, and hears of changes; an outer middleware of updates.

    The answers stand in Redis, a key a person, so that all workers share them.

    Args:
        bot: Asks Telegram.
        redis: The connection, giving bytes.
    """

    def __init__(self, bot: Bot, redis: Redis) -> None:
        self._bot = bot
        self._redis = redis
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def is_admin(self, chat: Chat, person: User) -> bool:
        """Tell whether a person is an admin of a group.

        Args:
            chat: The group; nobody is an admin of a private chat.
            person: The person.

        Raises:
            NotKnownYetError: Telegram has to be asked first. The transaction middleware does
                that outside of the chat's turn, and then does the update again.
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
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Note what a `chat_member` update says, and pass all others on; see `BaseMiddleware`."""
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

    async def _ask(self, chat_id: int, user_id: int) -> None:
        """Ask Telegram, unless somebody does so at this moment: then wait for that answer."""
        key = self._key(chat_id, user_id)
        # Named here, as the dictionary holds the lock only while somebody does.
        turn = self._asking.setdefault(key, asyncio.Lock())
        async with turn:
            try:
                if await self._kept(key) is None:
                    right = await self._tell(chat_id, user_id)
                    # A `chat_member` update that came meanwhile is newer than the answer.
                    await self._redis.set(key, right, ex=KEPT[right], nx=True)
            except RedisError as error:
                # The update finds Redis away, too, and says so.
                log.warning("right_not_noted", error=str(error))

    async def _tell(self, chat_id: int, user_id: int) -> Right:
        member = await ask(partial(self._bot.get_chat_member, chat_id, user_id), within=PATIENCE)
        return _right_of(member) if member else Right.UNKNOWN

    async def _kept(self, key: str) -> Right | None:
        kept = cast("bytes | None", await self._redis.get(key))
        return None if kept is None else Right(kept.decode())

    def _key(self, chat_id: int, user_id: int) -> str:
        return f"{ChatKeys(self._bot.id, chat_id).tag}:right:{user_id}"


def _right_of(member: ResultChatMemberUnion) -> Right:
    is_admin = isinstance(member, ChatMemberOwner | ChatMemberAdministrator)
    return Right.ADMIN if is_admin else Right.MEMBER
