"""The path of the webhook, its secret and its limit; the engine takes the updates."""

import hmac
from urllib.parse import urlsplit

from aiohttp import web

from durable_dialogs import DurableDialogs

PATH = "/webhook"
"""Path for Telegram's requests, below the public address."""
LIMIT = 1024 * 1024
"""Largest body of an update in bytes; Telegram's have a few kilobytes."""


def secret_of(token: str) -> str:
    """Derive the secret token from the bot's token, so that all workers have the same."""
    return hmac.new(token.encode(), b"tally webhook", "sha256").hexdigest()


def add_webhook(app: web.Application, dialogs: DurableDialogs, address: str, secret: str) -> None:
    """Have Telegram post updates to an application.

    Args:
        app: The application.
        dialogs: Takes the updates, and keeps the webhook set at Telegram.
        address: The public address of the application.
        secret: The secret token that Telegram sends with each update.
    """
    take = dialogs.webhook(secret=secret, url=address + PATH)
    # A reverse proxy may or may not remove the path of the public address.
    for path in {PATH, urlsplit(address).path + PATH}:
        app.router.add_post(path, take)
