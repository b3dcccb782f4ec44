"""How updates come: by polling, or posted by Telegram where there is a public address."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook, TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate
from aiohttp import web

from fsm.calls import patiently
from fsm.inbox import Inbox
from fsm.middleware import IN_RESPONSE
from web.webhook import PATH, Webhook, add_webhook, secret_of

KINDS = [
    "message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "my_chat_member",
]
"""The kinds of updates asked for. By hand: aiogram would add kinds of the dialogs' own."""

CONNECTIONS = 100
"""Requests that Telegram may have under way at once, the most that it takes."""

log = structlog.get_logger(__name__)


async def poll(bot: Bot, inbox: Inbox) -> None:
    """Fetch updates until cancelled; a webhook set before goes, what waits stays.

    Raises:
        TelegramUnauthorizedError: The token was revoked.
        TelegramConflictError: Somebody else fetches with the same token.
    """
    info = await patiently(bot.get_webhook_info)
    if info and info.url:
        await patiently(bot.delete_webhook)
        log.info("webhook_deleted")
    await inbox.run()


async def ignore_unasked(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:  # noqa: ANN401 - what the handler gives
    """Pass on only kinds of updates that are asked for, and the dialogs' own.

    Nothing else is ours to know: what customers write to a business account that the bot
    was connected to, say, or what guests of a chat do. It may come all the same, from a time
    when another bot with the same token asked for it.
    """
    if isinstance(event, DialogUpdate) or any(getattr(event, kind) for kind in KINDS):
        return await handler(event, data)
    return None


class Receiver:
    """Takes updates by webhook.

    Args:
        bot: The bot.
        dispatcher: Carries updates out.
        inbox: May hold some from a time of polling.
        address: The public address.
        secret: What Telegram says to prove that it is Telegram, None for the default.
    """

    def __init__(
        self, bot: Bot, dispatcher: Dispatcher, inbox: Inbox, address: str, secret: str | None
    ) -> None:
        self._bot = bot
        self._dispatcher = dispatcher
        self._inbox = inbox
        self._address = address
        self._secret = secret or secret_of(bot.token)

    def join(self, app: web.Application) -> None:
        """Take updates that are posted to an application."""
        webhook = Webhook(self._bot, self._feed, self._secret)
        add_webhook(app, webhook, urlsplit(self._address).path)

    async def announce(self) -> None:
        """Tell Telegram where to post, once everything from before is done."""
        await self._inbox.replay()
        method = SetWebhook(
            url=self._address + PATH,
            secret_token=self._secret,
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
        )
        if await patiently(partial(self._bot, method)):
            log.info("webhook_set")

    async def _feed(self, update: Update, in_response: list[TelegramMethod[Any]]) -> None:
        await self._dispatcher.feed_update(self._bot, update, **{IN_RESPONSE: in_response})
