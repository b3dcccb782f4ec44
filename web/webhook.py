"""The path of the webhook, its secret and its limit; the engine takes the updates."""

import hmac
from functools import partial

from aiohttp import hdrs, web

from durable_dialogs import Receiver, Webhook

PATH = "/webhook"
"""Path for Telegram's requests, below the public address."""
LIMIT = 1024 * 1024
"""Largest body of an update in bytes; Telegram's have a few kilobytes."""


def secret_of(token: str) -> str:
    """Derive the secret token from the bot's token, so that all workers have the same."""
    return hmac.new(token.encode(), b"tally webhook", "sha256").hexdigest()


def add_webhook(app: web.Application, receiver: Receiver, secret: str, prefix: str) -> None:
    """Add the routes of the webhook.

    Args:
        app: The application.
        receiver: Carries updates out, or has the workers do it that own their chats.
        secret: The secret token that Telegram sends with each update.
        prefix: The path of the public address; a reverse proxy may or may not remove it.
    """
    take = partial(Webhook(secret).take, receiver)
    for path in {PATH, prefix.rstrip("/") + PATH}:
        app.router.add_route(hdrs.METH_POST, path, take)
