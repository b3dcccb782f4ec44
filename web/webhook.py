"""Updates as Telegram posts them: acknowledged when they are durable, not before.

An answer other than 2xx, or none, makes Telegram deliver the update again
(Bot API, setWebhook), so 200 is said only after the commit. It carries the
callback's answer, which saves a request.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from aiohttp import hdrs, web
from pydantic import ValidationError

Feed = Callable[[Update, list[TelegramMethod[Any]]], Awaitable[None]]
"""Carries an update out, and puts at most one method into the list, to be called by
the answer to the request."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
PATH = "/webhook"
"""Where Telegram posts, below the public address."""
LIMIT = 1024 * 1024
"""Bytes that an update may have; Telegram's have some kilobytes."""

log = structlog.get_logger(__name__)


class Webhook:
    """Takes updates that Telegram posts.

    Args:
        bot: The bot.
        feed: Carries an update out.
        secret: What Telegram says to prove that it is Telegram.
    """

    def __init__(self, bot: Bot, feed: Feed, secret: str) -> None:
        self._bot = bot
        self._feed = feed
        self._secret = secret.encode()

    async def take(self, request: web.Request) -> web.Response:
        """Carry out the update that a request brings."""
        said = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(said, self._secret):
            return web.Response(status=web.HTTPUnauthorized.status_code)
        body = await request.read()
        try:
            update = Update.model_validate_json(body, context={"bot": self._bot})
        except ValidationError as error:
            if any(fault["type"] == "json_invalid" for fault in error.errors(include_url=False)):
                return web.Response(status=web.HTTPBadRequest.status_code)
            # Of a newer Bot API. Nobody can do it later, and it holds up those behind it.
            log.error("update_unreadable", bytes=len(body))  # noqa: TRY400 - it would be quoted
            return web.Response()
        methods: list[TelegramMethod[Any]] = []
        await self._feed(update, methods)
        return _call(methods[0]) if methods else web.Response()


def _call(method: TelegramMethod[Any]) -> web.Response:
    content = method.model_dump(mode="json", exclude_none=True)
    body = orjson.dumps({"method": method.__api_method__, **content})
    return web.Response(body=body, content_type="application/json")


def secret_of(token: str) -> str:
    """Derive a secret from a bot's token, the same in every worker."""
    return hmac.new(token.encode(), b"tally webhook", "sha256").hexdigest()


def add_webhook(app: web.Application, webhook: Webhook, prefix: str) -> None:
    """Serve a webhook.

    Args:
        app: The application.
        webhook: The webhook.
        prefix: The path of the public address, which a proxy in between may take off.
    """
    for path in {PATH, prefix.rstrip("/") + PATH}:
        app.router.add_route(hdrs.METH_POST, path, webhook.take)
