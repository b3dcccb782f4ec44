"""Updates as Telegram posts them: acknowledged when they are durable, not before.

An answer other than 2xx, or none, makes Telegram deliver the update again
(Bot API, setWebhook), so 200 is said only after the commit. It carries the
callback's answer, which saves a request.
"""

import hmac
from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

import orjson
from aiogram.methods import TelegramMethod
from aiohttp import hdrs, web
from cachetools import LRUCache

from durable_dialogs import IN_RESPONSE, Intake

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
PATH = "/webhook"
"""Where Telegram posts, below the public address."""
LIMIT = 1024 * 1024
"""Bytes that an update may have; Telegram's have some kilobytes."""
REFUSED = 1_000
"""Bodies of which is remembered that they were refused."""


class Webhook:
    """Takes updates that Telegram posts.

    Args:
        intake: Carries updates out.
        secret: What Telegram says to prove that it is Telegram.
    """

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake = intake
        self._secret = secret.encode()
        self._refused: MutableMapping[bytes, bool] = LRUCache(REFUSED)

    async def take(self, request: web.Request) -> web.Response:
        """Carry out the update that a request brings."""
        said = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(said, self._secret):
            return web.Response(status=web.HTTPUnauthorized.status_code)
        body = await request.read()
        reading = self._intake.read(body)
        if not reading.is_json and self._is_refused(body):
            return web.Response(status=web.HTTPBadRequest.status_code)
        methods: list[TelegramMethod[Any]] = []
        await self._intake.take(reading, body, **{IN_RESPONSE: methods})
        return _call(methods[0]) if methods else web.Response()

    def _is_refused(self, body: bytes) -> bool:
        """Tell whether a body that is no JSON is refused, so that Telegram posts it again.

        It may have been cut on its way. If the same comes again it will always come so, and
        Telegram posts nothing more of that chat until it is taken.
        """
        name = sha256(body).digest()
        is_new = name not in self._refused
        self._refused[name] = True
        return is_new or not body


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
