"""The webhook: Telegram posts updates, and each is acknowledged after its commit.

Telegram delivers an update again if the answer is not 2xx (Bot API, setWebhook), so Tally answers
200 only after the commit. The response also contains the answer to the press, which saves a
request. If another worker owns the update's chat, that worker carries it out.
"""

import hmac
from collections.abc import MutableMapping
from hashlib import sha256

from aiohttp import hdrs, web
from cachetools import LRUCache

from durable_dialogs import Receiver

HEADER = "X-Telegram-Bot-Api-Secret-Token"
"""Header with the secret that `setWebhook` told Telegram."""
PATH = "/webhook"
"""Path for Telegram's requests, below the public address."""
LIMIT = 1024 * 1024
"""Largest body of an update in bytes; Telegram's have a few kilobytes."""
REFUSED = 1_000
"""Number of refused bodies to remember."""


class Webhook:
    """Takes updates that Telegram posts.

    Args:
        receiver: Carries updates out, or has the workers do it that own their chats.
        secret: The secret token that Telegram sends with each update.
    """

    def __init__(self, receiver: Receiver, secret: str) -> None:
        self._receiver = receiver
        self._secret = secret.encode()
        self._refused: MutableMapping[bytes, bool] = LRUCache(REFUSED)

    async def take(self, request: web.Request) -> web.Response:
        """Handle the update of a request, then acknowledge it."""
        secret = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self._secret):
            return web.Response(status=web.HTTPUnauthorized.status_code)
        body = await request.read()
        answer = await self._receiver.pass_on(body)
        if answer is None:
            reading = self._receiver.read(body)
            if not reading.is_json and self._is_refused(body):
                return web.Response(status=web.HTTPBadRequest.status_code)
            answer = await self._receiver.take(reading, body)
        if not answer:
            return web.Response()
        return web.Response(body=answer, content_type="application/json")

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


def secret_of(token: str) -> str:
    """Derive the secret token from the bot's token, so that all workers have the same."""
    return hmac.new(token.encode(), b"tally webhook", "sha256").hexdigest()


def add_webhook(app: web.Application, webhook: Webhook, prefix: str) -> None:
    """Add the routes of the webhook.

    Args:
        app: The application.
        webhook: The webhook.
        prefix: The path of the public address; a reverse proxy may or may not remove it.
    """
    for path in {PATH, prefix.rstrip("/") + PATH}:
        app.router.add_route(hdrs.METH_POST, path, webhook.take)
