"""The webhook: Telegram posts updates, and each is acknowledged after its commit.

Telegram delivers an update again if the answer is not 2xx (Bot API, setWebhook), so the answer is
200 only after the commit.
"""

import hmac
from collections.abc import Callable, MutableMapping
from hashlib import sha256

from aiohttp import web
from cachetools import LRUCache

from durable_dialogs.intake.receiver import Receiver

HEADER = "X-Telegram-Bot-Api-Secret-Token"
"""Header with the secret that `setWebhook` told Telegram."""
REFUSED = 1_000
"""Number of refused bodies to remember."""


class Webhook:
    """Takes updates that Telegram posts.

    The response contains the answer to a press, which saves a request.

    Args:
        secret: The secret token that Telegram sends with each update.
        url: The address to keep set at Telegram, None if the bot sets it itself.
        receiver: Returns what carries updates out, or has the workers do it that own their chats;
            None if the bot does not run.
    """

    def __init__(
        self, secret: str, url: str | None, receiver: Callable[[], Receiver | None]
    ) -> None:
        self.secret, self.url = secret, url
        self._receiver = receiver
        self._refused: MutableMapping[bytes, bool] = LRUCache(REFUSED)

    async def take(self, request: web.Request) -> web.Response:
        """Handle the update of a request, then acknowledge it.

        Raises:
            HTTPServiceUnavailable: The bot does not run. Telegram posts the update again.
        """
        secret = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(secret, self.secret.encode()):
            return web.Response(status=web.HTTPUnauthorized.status_code)
        receiver = self._receiver()
        if receiver is None:
            raise web.HTTPServiceUnavailable
        body = await request.read()
        answer = await receiver.pass_on(body)
        if answer is None:
            reading = receiver.read(body)
            if not reading.is_json and self._is_refused(body):
                return web.Response(status=web.HTTPBadRequest.status_code)
            answer = await receiver.take(reading, body)
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
