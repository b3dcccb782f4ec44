"""How updates come: by polling, or posted by Telegram where there is a public address."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramUnauthorizedError
from aiogram.methods import SetWebhook
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate
from aiohttp import web
from redis.asyncio import Redis

from app.webhook_setting import WebhookSetting
from durable_dialogs.delivery.inbox import Inbox
from durable_dialogs.intake.intake import Intake
from durable_dialogs.state.outcome import Outcome
from durable_dialogs.telegram.retries import confirmed, patiently
from durable_dialogs.telemetry import update_id
from ops.metrics import UPDATE_SECONDS, UPDATES, begin, child
from web.webhook import PATH, Webhook, add_webhook, secret_of

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
"""The kinds of updates asked for. By hand: aiogram would add kinds of the dialogs' own."""

CONNECTIONS = 100
"""Requests that Telegram may have under way at once, the most that it takes."""

PAUSE = 5.0
"""Seconds before the next try when Telegram can't be reached at all."""

begin(UPDATES, KINDS, Outcome)
begin(UPDATE_SECONDS, KINDS)

Result = TypeVar("Result")
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

log = structlog.get_logger(__name__)


async def poll(bot: Bot, inbox: Inbox) -> None:
    """Fetch updates until cancelled; a webhook set before goes, what waits stays.

    Raises:
        TelegramUnauthorizedError: The token was revoked.
        TelegramConflictError: Somebody else has fetched with the same token for a while.
    """
    info = await _insist(bot.get_webhook_info)
    if info.url:
        await _insist(bot.delete_webhook)
        log.info("webhook_deleted")
    await inbox.run()


async def _insist(call: Callable[[], Awaitable[Result]]) -> Result:
    """Call Telegram until it answers: with a webhook, to fetch would be refused as a conflict."""
    ask = partial(patiently, partial(confirmed, call), raising=(TelegramUnauthorizedError,))
    while (result := await ask()) is None:  # noqa: ASYNC110 - it can only be asked
        await asyncio.sleep(PAUSE)
    return result


async def ignore_unasked(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:  # noqa: ANN401 - what the handler gives
    """Pass on only kinds of updates that are asked for, and the dialogs' own.

    Nothing else is ours to know: what customers write to a business account that the bot
    was connected to, say, or what guests of a chat do. It may come all the same, from a time
    when another bot with the same token asked for it.

    A message that was sent via a bot is no input: the person has chosen an inline result, and
    that bot has written its text.
    """
    if isinstance(event, DialogUpdate) or _is_asked_for(cast("Update", event)):
        return await handler(event, data)
    return None


def _is_asked_for(update: Update) -> bool:
    if update.message and update.message.via_bot:
        return False
    return any(getattr(update, kind) for kind in KINDS)


async def observe(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:  # noqa: ANN401 - what the handler gives
    """Measure what becomes of an update, and have whatever is logged meanwhile tell its id.

    What dialogs have done by themselves, or within an update, is none.
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


class Receiver:
    """Takes updates by webhook.

    Args:
        bot: The bot.
        intake: Carries updates out.
        inbox: May hold some from a time of polling.
        address: The public address.
        secret: What Telegram says to prove that it is Telegram, None for the default.
        redis: The connection, giving bytes.
    """

    def __init__(  # noqa: PLR0913 - where from, where to, and what is said there
        self,
        bot: Bot,
        intake: Intake,
        inbox: Inbox,
        address: str,
        secret: str | None,
        *,
        redis: Redis,
    ) -> None:
        self._bot = bot
        self._redis = redis
        self._intake = intake
        self._inbox = inbox
        self._address = address
        self._secret = secret or secret_of(bot.token)

    def join(self, app: web.Application) -> None:
        """Take updates that are posted to an application."""
        webhook = Webhook(self._intake, self._secret)
        add_webhook(app, webhook, urlsplit(self._address).path)

    async def announce(self) -> NoReturn:
        """Have Telegram post here until cancelled, once everything from before is done.

        Raises:
            TelegramUnauthorizedError: The token was revoked.
        """
        await self._inbox.replay()
        method = SetWebhook(
            url=self._address + PATH,
            secret_token=self._secret,
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
        )
        await WebhookSetting(self._bot, self._redis, method).keep()
