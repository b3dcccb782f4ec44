"""Telling Telegram where to post: once, by whichever worker comes first."""

import asyncio
import hmac
from functools import partial

import structlog
from aiogram import Bot
from aiogram.methods import SetWebhook
from redis.asyncio import Redis
from redis.exceptions import RedisError

from fsm.calls import patiently
from fsm.claims import HOLD, Claim, Claims
from fsm.keys import PREFIX
from fsm.store import AwayError

NAME = "webhook"
TURN = 0.5
"""Seconds between two looks at whether another worker is done with it, or Redis is back."""
PAUSE = 30.0
"""Seconds before the next try when Telegram has refused it or can't be reached."""
BELIEVED = 10 * 60
"""Seconds that what a worker has set is believed to stand. Telegram tells its address but not
its secret, so what somebody else has set is put right by the first start after that, or after
Telegram was refused."""
REFUSED = "401 Unauthorized"
"""What Telegram remembers to have been told where it does not know the secret."""

log = structlog.get_logger(__name__)


class WebhookSetting:
    """What Telegram shall know about the webhook.

    Args:
        bot: The bot.
        redis: The connection, giving bytes.
        method: Sets it.
    """

    def __init__(self, bot: Bot, redis: Redis, method: SetWebhook) -> None:
        self._bot = bot
        self._redis = redis
        self._method = method
        self._claims = Claims(redis, bot.id, memory=HOLD)
        self._key = f"{PREFIX}:{{{bot.id}}}:{NAME}"
        # By the token, so that nobody who reads it can try secrets out.
        self._digest = hmac.new(
            bot.token.encode(), method.model_dump_json().encode(), "sha256"
        ).digest()

    async def ensure(self) -> None:
        """Have it stand, however often that has to be tried."""
        while pause := await self._try():  # noqa: ASYNC110 - others can only be asked
            await asyncio.sleep(pause)

    async def _try(self) -> float:
        """Set it, unless it stands.

        Returns:
            Seconds after which to try again, 0 where it stands now.
        """
        try:
            if await self._claims.claim(NAME) is not Claim.MINE:
                return TURN
            pause = await self._set()
            await self._claims.release(NAME)
        except (AwayError, RedisError):
            return TURN
        return pause

    async def _set(self) -> float:
        if await self._stands():
            log.info("webhook_stands")
        elif await patiently(partial(self._bot, self._method)):
            await self._redis.set(self._key, self._digest, ex=BELIEVED)
            log.info("webhook_set")
        else:
            return PAUSE
        return 0.0

    async def _stands(self) -> bool:
        if await self._redis.get(self._key) != self._digest:
            return False
        info = await patiently(self._bot.get_webhook_info)
        if (
            info is None
            or info.url != self._method.url
            or REFUSED in (info.last_error_message or "")
        ):
            return False
        return set(info.allowed_updates or ()) == set(self._method.allowed_updates or ())
