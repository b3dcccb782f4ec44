"""What inline results stand for, from the query until somebody has posted one."""

import secrets
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.state.keys import PREFIX
from durable_dialogs.state.store import AwayError

WEEK = 7 * 24 * 60 * 60
"""Seconds that a draft is kept: as long as the first press on what was posted may take."""


class Drafts:
    """Keeps what callback data must not carry, as it comes from the client.

    Args:
        redis: The connection, giving bytes.
        bot_id: The bot's id.
    """

    def __init__(self, redis: Redis, bot_id: int) -> None:
        self._redis = redis
        self._bot_id = bot_id

    async def keep(self, draft: dict[str, Any]) -> str:
        """Keep a draft.

        Returns:
            Its name, 11 characters that nobody can guess.

        Raises:
            AwayError: Redis can't be used.
        """
        name = secrets.token_urlsafe(8)
        try:
            await self._redis.set(self._key(name), orjson.dumps(draft), ex=WEEK)
        except RedisError as error:
            raise AwayError(str(error)) from error
        return name

    async def find(self, name: str) -> dict[str, Any] | None:
        """Find a draft by its name.

        Raises:
            AwayError: Redis can't be used.
        """
        try:
            raw = await self._redis.get(self._key(name))
        except RedisError as error:
            raise AwayError(str(error)) from error
        return None if raw is None else dict(orjson.loads(raw))

    def _key(self, name: str) -> str:
        return f"{PREFIX}:{{{self._bot_id}}}:draft:{name}"
