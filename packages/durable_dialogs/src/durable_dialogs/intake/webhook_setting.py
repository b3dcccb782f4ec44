"""Sets the webhook at Telegram, and keeps it set."""

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
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.store import AwayError
from durable_dialogs.telegram.retries import confirmed, patiently
from durable_dialogs.telemetry import telemetry

NAME = "webhook"
CONNECTIONS = 100
"""The maximum number of webhook requests at once; 100 is Telegram's own limit."""
RETRY = 0.5
"""Seconds before the next try if another worker is setting it, or Redis is away."""
PAUSE = 30.0
"""Seconds before the next try if Telegram refused it or can't be reached."""
LOOK = 60.0
"""Seconds between two checks of the webhook that Telegram has."""
BELIEVED = 10 * 60
"""Seconds for which Redis remembers what was set last; each check of a worker that would set the
same extends them. As long as it is remembered, workers of another version or with another secret
leave the webhook alone once they have started."""
REFUSED = "401 Unauthorized"
"""The last error that Telegram tells if the webhook refused its secret."""
BEGINNING = datetime.fromtimestamp(0, UTC)
"""Earlier than any time that Telegram tells."""

log = structlog.get_logger(__name__)


class _Kept(NamedTuple):
    """What Redis remembers: a digest of what was set last, and when."""

    digest: bytes
    at: datetime


class WebhookSetting:
    """Keeps the webhook at Telegram as it should be.

    Args:
        bot: The bot.
        redis: The connection, giving bytes.
        keys: The bot's keys in Redis.
        method: The call that sets the webhook.
    """

    def __init__(self, bot: Bot, redis: Redis, keys: BotKeys, method: SetWebhook) -> None:
        self._bot = bot
        self._redis = redis
        self._method = method
        self._claims = Leases(redis, keys, memory=HOLD)
        self._key = keys.own(NAME)
        # Keyed by the token, so that a reader of Redis can't find the secret by trying.
        digest = hmac.new(bot.token.encode(), method.model_dump_json().encode(), "sha256")
        self._digest = digest.hexdigest().encode()
        self._failed = datetime.now(UTC)

    async def keep(self) -> NoReturn:
        """Keep the webhook set until cancelled.

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
        """Set the webhook, and retry until that succeeds.

        Args:
            again: True for a repair: do nothing if a worker of another version has set it.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
        """
        while True:
            pause = await self._try(again=again)
            if not pause:
                return
            await asyncio.sleep(pause)

    async def _look(self) -> None:
        """Set the webhook again if another program changed it, but not if another version did."""
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
            telemetry.webhook_lost()
            # Without the address that Telegram has now, because it may contain a token.
            log.warning("webhook_lost", is_set=bool(info.url), error=info.last_error_message)
        if lost or kept is None:
            await self.ensure(again=True)
        else:
            await self._redis.expire(self._key, BELIEVED)

    async def _try(self, *, again: bool) -> float:
        """Set the webhook unless it is right; only one worker at a time does so.

        Returns:
            Seconds before the next try, 0 if the webhook is right now.
        """
        try:
            if await self._claims.claim(NAME) is not Lease.MINE:
                return RETRY
            if not await self._set(again=again):
                # Keep the lease, or the other workers would try at once, one after the other.
                await self._claims.hold(NAME)
                return PAUSE
            await self._claims.release(NAME)
        except (AwayError, RedisError):
            return RETRY
        return 0.0

    async def _set(self, *, again: bool) -> bool:
        kept = await self._read()
        if again and kept and kept.digest != self._digest:
            return True
        if await self._is_set(kept):
            log.info("webhook_unchanged")
            return True
        if not await patiently(partial(self._bot, self._method)):
            return False
        now = b"%s %d" % (self._digest, time.time())
        await self._redis.set(self._key, now, ex=BELIEVED)
        log.info("webhook_set")
        return True

    async def _is_set(self, kept: _Kept | None) -> bool:
        """Tell whether the webhook is surely right. Telegram tells its address, not its secret.

        Telegram tells only the last error. That may hide an earlier one, that the secret was
        refused, so after any error the webhook counts as wrong.
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
        """Ask Telegram for the webhook and update the metrics; None if Telegram does not answer."""
        call = partial(confirmed, self._bot.get_webhook_info)
        info = await patiently(call, raising=(TelegramUnauthorizedError,), within=0)
        if info is None:
            return None
        telemetry.webhook_pending(info.pending_update_count)
        failed = info.last_error_date or BEGINNING
        telemetry.webhook_failed(failed.timestamp())
        if failed > self._failed:
            self._failed = failed
            log.warning("webhook_failed", error=info.last_error_message)
        return info

    def _is_ours(self, info: WebhookInfo) -> bool:
        kinds = set(info.allowed_updates or ())
        return info.url == self._method.url and kinds == set(self._method.allowed_updates or ())


def _failed_after(info: WebhookInfo, kept: _Kept | None) -> bool:
    """Tell whether Telegram failed to post an update since the webhook was set."""
    return (info.last_error_date or BEGINNING) > (kept.at if kept else BEGINNING)
