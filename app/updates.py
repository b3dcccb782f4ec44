"""Receives updates, by polling or by webhook, and measures and logs each."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.methods import SetWebhook
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate
from aiohttp import web
from redis.asyncio import Redis

from app.setting_checks import OFF
from app.settings import Settings
from app.webhook_setting import WebhookSetting
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.intake.receiver import Receiver
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import Outcome
from durable_dialogs.telemetry import update_id
from durable_dialogs.workers.peers import Peers, peers_key
from durable_dialogs.workers.registry import WorkerRegistry
from ops.metrics import UPDATE_SECONDS, UPDATES, begin, child
from web.webhook import PATH, add_webhook

KINDS = [
    "message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "my_chat_member",
    "chat_member",
]
"""The kinds of updates that Tally asks for. (aiogram would add kinds that only dialogs make.)"""

CONNECTIONS = 100
"""The maximum number of webhook requests at once; 100 is Telegram's own limit."""

begin(UPDATES, KINDS, Outcome)
begin(UPDATE_SECONDS, KINDS)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

log = structlog.get_logger(__name__)


async def ignore_unasked(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> object:
    """Pass on only updates of `KINDS`, and those that dialogs make.

    Other kinds can come if another program with the same token asked for them before, for example
    what customers write to a business account. Tally must not read those.

    A message that was sent via a bot is no input, because that bot wrote its text: the person only
    chose an inline result.
    """
    if isinstance(event, DialogUpdate) or _is_asked_for(cast("Update", event)):
        return await handler(event, data)
    return None


def _is_asked_for(update: Update) -> bool:
    if update.message and update.message.via_bot:
        return False
    return any(getattr(update, kind) for kind in KINDS)


async def observe(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> object:
    """Measure an update, and add its id to each line that is logged meanwhile.

    Updates that dialogs make are not measured.
    """
    if not isinstance(event, Update) or isinstance(event, DialogUpdate):
        return await handler(event, data)
    kind = next(kind for kind in KINDS if getattr(event, kind))
    begun = time.perf_counter()
    token = update_id.set(event.update_id)
    try:
        outcome = await handler(event, data)
    except Exception:
        child(UPDATES, kind, Outcome.FAILED).inc()
        raise
    finally:
        update_id.reset(token)
    child(UPDATES, kind, outcome).inc()
    child(UPDATE_SECONDS, kind).observe(time.perf_counter() - begun)
    return outcome


@dataclass(frozen=True, slots=True)
class ByWebhook:
    """Receives updates by webhook.

    Attributes:
        address: The public address.
        secret: The secret that Telegram sends with each update.
        receiver: Carries updates out, or has the workers do it that own their chats.
        inbox: May hold updates from a time when the bot polled.
    """

    address: str
    secret: str
    receiver: Receiver
    inbox: Inbox

    def join(self, app: web.Application) -> None:
        """Add the webhook to an application."""
        add_webhook(app, self.receiver, self.secret, urlsplit(self.address).path)

    async def announce(self, bot: Bot, redis: Redis, keys: BotKeys) -> NoReturn:
        """Set the webhook and keep it set until cancelled; replay the inbox first.

        Args:
            bot: The bot.
            redis: The connection, giving bytes.
            keys: The bot's keys in Redis.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
        """
        await self.inbox.replay()
        method = SetWebhook(
            url=self.address + PATH,
            secret_token=self.secret,
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
        )
        await WebhookSetting(bot, redis, keys, method).keep()


def make_peers(settings: Settings, token: str, workers: WorkerRegistry) -> Peers | None:
    """Give the other workers that updates are passed on to, None if none are passed on.

    Args:
        settings: The settings.
        token: The bot's token, which all workers know.
        workers: The live workers.
    """
    if settings.webhook_url is None or settings.worker_peers == OFF:
        return None
    return Peers(workers, peers_key(token), settings.worker_peers)
