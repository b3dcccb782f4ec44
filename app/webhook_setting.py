"""Telling Telegram where to post, and seeing to it that it goes on doing so."""

import asyncio
import hmac
import time
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, NoReturn

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.methods import SetWebhook
from aiogram.types import WebhookInfo
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.delivery.leases import HOLD, Lease, Leases
from durable_dialogs.state.keys import PREFIX
from durable_dialogs.state.store import AwayError
from durable_dialogs.telegram.retries import confirmed, patiently
from ops.metrics import WEBHOOK_FAILED, WEBHOOK_LOST, WEBHOOK_PENDING

NAME = "webhook"
TURN = 0.5
"""Seconds between two looks at whether another worker is done with it, or Redis is back."""
PAUSE = 30.0
"""Seconds before the next try when Telegram has refused it or can't be reached."""
LOOK = 60.0
"""Seconds between two looks at what Telegram knows."""
BELIEVED = 10 * 60
"""Seconds that what a worker has set is remembered once no worker is there that would set the
same. Until then workers of another version or secret leave it alone while they run."""
REFUSED = "401 Unauthorized"
"""What Telegram remembers to have been told where it does not know the secret."""
BEGINNING = datetime.fromtimestamp(0, UTC)

log = structlog.get_logger(__name__)


class _Kept(NamedTuple):
    """What stands in Redis: what was set last, and when."""

    digest: bytes
    at: datetime


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
        self._claims = Leases(redis, bot.id, memory=HOLD)
        self._key = f"{PREFIX}:{{{bot.id}}}:{NAME}"
        # By the token, so that nobody who reads it can try secrets out.
        digest = hmac.new(bot.token.encode(), method.model_dump_json().encode(), "sha256")
        self._digest = digest.hexdigest().encode()
        self._failed = datetime.now(UTC)

    async def keep(self) -> NoReturn:
        """Have it stand for as long as this runs.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
        """
        await self.ensure()
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self._look()
            except RedisError:
                continue

    async def ensure(self, *, again: bool = False) -> None:
        """Have it stand, however often that has to be tried.

        Args:
            again: Only if no other version has set it meanwhile.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
        """
        while pause := await self._try(again=again):  # noqa: ASYNC110 - others can only be asked
            await asyncio.sleep(pause)

    async def _look(self) -> None:
        """Put right what somebody else has changed, but not what another version has set."""
        info = await self._ask()
        if info is None:
            return
        kept = await self._read()
        if kept and kept.digest != self._digest:
            return
        lost = not self._is_ours(info) or (
            REFUSED in (info.last_error_message or "") and _failed_after(info, kept)
        )
        if lost:
            WEBHOOK_LOST.inc()
            # Not whose it is now: addresses of others have their tokens in them.
            log.warning("webhook_lost", is_set=bool(info.url), error=info.last_error_message)
        if lost or kept is None:
            await self.ensure(again=True)
        else:
            await self._redis.expire(self._key, BELIEVED)

    async def _try(self, *, again: bool) -> float:
        """Set it, unless it stands; one worker at a time, and none within a pause.

        Returns:
            Seconds after which to try again, 0 where it stands now.
        """
        try:
            if await self._claims.claim(NAME) is not Lease.MINE:
                return TURN
            if not await self._set(again=again):
                # Held on to, as else the others would try at once, one after the other.
                await self._claims.hold(NAME)
                return PAUSE
            await self._claims.release(NAME)
        except (AwayError, RedisError):
            return TURN
        return 0.0

    async def _set(self, *, again: bool) -> bool:
        kept = await self._read()
        if again and kept and kept.digest != self._digest:
            return True
        if await self._stands(kept):
            log.info("webhook_stands")
            return True
        if not await patiently(partial(self._bot, self._method)):
            return False
        now = b"%s %d" % (self._digest, time.time())
        await self._redis.set(self._key, now, ex=BELIEVED)
        log.info("webhook_set")
        return True

    async def _stands(self, kept: _Kept | None) -> bool:
        """Tell whether it stands for sure: Telegram tells its address but not its secret.

        What it failed with last may have come after it was refused: that nobody answered
        while the bot was down. So after any failure it is set again.
        """
        info = await self._ask()
        return bool(
            kept
            and kept.digest == self._digest
            and info
            and self._is_ours(info)
            and not _failed_after(info, kept)
        )

    async def _read(self) -> _Kept | None:
        found = await self._redis.get(self._key)
        if not isinstance(found, bytes):
            return None
        digest, _, at = found.partition(b" ")
        return _Kept(digest, datetime.fromtimestamp(int(at), UTC)) if at.isdigit() else None

    async def _ask(self) -> WebhookInfo | None:
        """Ask Telegram what it knows, for the figures as well; None if it does not say."""
        call = partial(confirmed, self._bot.get_webhook_info)
        info = await patiently(call, raising=(TelegramUnauthorizedError,), within=0)
        if info is None:
            return None
        WEBHOOK_PENDING.set(info.pending_update_count)
        failed = info.last_error_date or BEGINNING
        WEBHOOK_FAILED.set(failed.timestamp())
        if failed > self._failed:
            self._failed = failed
            log.warning("webhook_failed", error=info.last_error_message)
        return info

    def _is_ours(self, info: WebhookInfo) -> bool:
        kinds = set(info.allowed_updates or ())
        return info.url == self._method.url and kinds == set(self._method.allowed_updates or ())


def _failed_after(info: WebhookInfo, kept: _Kept | None) -> bool:
    """Tell whether Telegram has failed to post since it was told where."""
    return (info.last_error_date or BEGINNING) > (kept.at if kept else BEGINNING)
