"""Drafts of inline counters, kept from the inline query until the counter is posted."""

import asyncio
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs import AwayError, Batch, BotKeys

WEEK = 7 * 24 * 60 * 60
"""Seconds that a draft is kept; the first press on a posted counter must come within them."""
MOST = 500
"""The maximum number of a person's drafts. There is a limit because each letter that a person types
may offer another draft. Beyond it, the drafts that were offered longest ago are dropped."""
ID = 11
"""Length of a draft's id: 64 bits."""


class Drafts:
    """Keeps what callback data must not contain, because a client can send any callback data.

    A draft that is offered again on the same day (UTC) is the same entry of Redis. Its id is
    derived with a secret, so a client can neither find nor check the draft of another person. The
    day is a part of it because a message whose counter has expired must not begin a new one just
    because its poster types the same again.

    Args:
        redis: The connection; it returns bytes.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
        token: The bot's token; the secret is derived from it, so all workers have the same.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys, token: str) -> None:
        self._redis = redis
        self._batch = batch
        self._key = keys.own("draft")
        self._secret = hmac.digest(token.encode(), b"tally drafts", "sha256")
        self._keep = redis.register_script(Path(__file__).with_name("keep_draft.lua").read_text())

    async def keep(self, draft: dict[str, Any]) -> str:
        """Keep a draft.

        Args:
            draft: Anything that JSON can hold; `poster` is the id of its person.

        Returns:
            A name that no other draft has: its id and 48 random bits, 19 characters. So two
            counters that were posted from equal drafts are told apart.

        Raises:
            AwayError: Redis can't be used.
        """
        body = orjson.dumps(draft, option=orjson.OPT_SORT_KEYS)
        draft_id = self._id_of(body)
        keys = [f"{self._key}:{draft_id}", f"{self._key}s:{draft['poster']}"]
        try:
            dropped = await self._batch.run(self._keep, keys, [draft_id, body, WEEK, MOST])
            await asyncio.gather(
                *(self._batch.send("DEL", f"{self._key}:{other.decode()}") for other in dropped)
            )
        except RedisError as error:
            raise AwayError(str(error)) from error
        return draft_id + secrets.token_urlsafe(6)

    async def find(self, name: str) -> dict[str, Any] | None:
        """Find a draft by its name.

        Returns:
            None if no draft has this name, or it is not kept any more.

        Raises:
            AwayError: Redis can't be used.
        """
        try:
            # A former version's names are no longer than an id.
            raw = await self._redis.get(f"{self._key}:{name[:ID]}")
        except RedisError as error:
            raise AwayError(str(error)) from error
        return None if raw is None else dict(orjson.loads(raw))

    def _id_of(self, body: bytes) -> str:
        day = str(datetime.now(UTC).date())
        digest = hmac.digest(self._secret, day.encode() + body, "sha256")
        return urlsafe_b64encode(digest)[:ID].decode()
