"""Drafts of inline counters, kept from the inline query until the counter is posted."""

import secrets
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import AwayError

WEEK = 7 * 24 * 60 * 60
"""Seconds that a draft is kept; the first press on a posted counter must come within them."""


class Drafts:
    """Keeps what callback data must not contain, because a client can send any callback data.

    Args:
        redis: The connection; it returns bytes.
        keys: The bot's keys.
    """

    def __init__(self, redis: Redis, keys: BotKeys) -> None:
        self._redis = redis
        self._keys = keys

    async def keep(self, draft: dict[str, Any]) -> str:
        """Keep a draft.

        Returns:
            Its name: 11 characters, 64 random bits.

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

        Returns:
            None if no draft has this name, or it has expired.

        Raises:
            AwayError: Redis can't be used.
        """
        try:
            raw = await self._redis.get(self._key(name))
        except RedisError as error:
            raise AwayError(str(error)) from error
        return None if raw is None else dict(orjson.loads(raw))

    def _key(self, name: str) -> str:
        return self._keys.own(f"draft:{name}")
