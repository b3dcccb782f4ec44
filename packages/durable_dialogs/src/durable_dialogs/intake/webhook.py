"""The webhook: Telegram posts updates, and each is acknowledged after its commit."""

import hmac
from collections.abc import MutableMapping
from hashlib import sha256
from typing import Any

import orjson
from aiogram.methods import TelegramMethod
from aiohttp import web
from cachetools import LRUCache

from durable_dialogs.intake.intake import Intake
from durable_dialogs.state.update_data import IN_RESPONSE

HEADER = "X-Telegram-Bot-Api-Secret-Token"
"""Header with the secret that `setWebhook` told Telegram."""
REFUSED = 1_000
"""Number of refused bodies to remember."""


class Webhook:
    """Takes updates that Telegram posts.

    The response contains the answer to a press, which saves a request.

    Args:
        secret: The secret token that Telegram sends with each update.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._refused: MutableMapping[bytes, bool] = LRUCache(REFUSED)

    async def take(self, intake: Intake, request: web.Request) -> web.Response:
        """Carry out the update of a request, then acknowledge it.

        Args:
            intake: Carries updates out.
            request: The request.
        """
        secret = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self._secret):
            return web.Response(status=web.HTTPUnauthorized.status_code)
        body = await request.read()
        reading = intake.read(body)
        if not reading.is_json and self._is_refused(body):
            return web.Response(status=web.HTTPBadRequest.status_code)
        methods: list[TelegramMethod[Any]] = []
        await intake.take(reading, body, **{IN_RESPONSE: methods})
        return _call(methods[0]) if methods else web.Response()

    def _is_refused(self, body: bytes) -> bool:
        """Tell whether to refuse a body that is not JSON, so that Telegram posts it again.

        The first time it may have been cut off on the way. If the same body comes again, it will
        always look like that, and Telegram posts no other update of that chat until it is
        accepted. An empty body is always refused.
        """
        digest = sha256(body).digest()
        is_new = digest not in self._refused
        self._refused[digest] = True
        return is_new or not body


def _call(method: TelegramMethod[Any]) -> web.Response:
    content = method.model_dump(mode="json", exclude_none=True)
    body = orjson.dumps({"method": method.__api_method__, **content})
    return web.Response(body=body, content_type="application/json")
