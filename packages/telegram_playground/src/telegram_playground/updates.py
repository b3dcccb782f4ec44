"""getUpdates, setWebhook, deleteWebhook and getWebhookInfo."""

import re
import ssl
from urllib.parse import urlsplit

from telegram_playground import json_text
from telegram_playground.answers import Answer
from telegram_playground.errors import BadRequestError, ConflictError, TooManyRequestsError
from telegram_playground.links import is_loopback
from telegram_playground.parameters import Parameters
from telegram_playground.polling import MAX_TIMEOUT
from telegram_playground.schema import fields_of
from telegram_playground.state import Json, Upload, Webhook
from telegram_playground.telegram import Telegram

LIMIT = 100
"""Updates in an answer at most (Bot API, getUpdates)."""

CONNECTIONS = 40
MAX_CONNECTIONS = 100
PORTS = frozenset({443, 80, 88, 8443})
MAX_SECRET = 256
SECRET = re.compile(r"[A-Za-z0-9_-]*")
KINDS = frozenset(fields_of("Update")) - {"update_id"}

WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
    " first"
)


async def get_updates(telegram: Telegram, call: Parameters) -> json_text.Encoded:
    """Give the updates that wait for the bot (getUpdates)."""
    if telegram.state.webhook is not None:
        await telegram.delivery.polling.refuse(ConflictError(WEBHOOK_ACTIVE))
    _allow(telegram, call.allowed_updates)
    updates = await telegram.delivery.polling.get(
        call.offset or 0,
        _clamp(call.limit, LIMIT, LIMIT),
        min(max(call.timeout or 0, 0), MAX_TIMEOUT),
    )
    return json_text.array(update.body for update in updates)


async def set_webhook(telegram: Telegram, call: Parameters) -> Answer:
    """Start sending updates to an address (setWebhook)."""
    if not call.url:
        return await delete_webhook(telegram, call)
    webhook = _checked(call)
    now = telegram.clock.time()
    if now < telegram.delivery.webhook_settable_from:
        raise TooManyRequestsError(1)
    telegram.delivery.webhook_settable_from = now + 1
    changed = _allow(telegram, call.allowed_updates)
    if not changed and not call.drop_pending_updates and _is_same(telegram.state.webhook, webhook):
        return Answer(result=True, description="Webhook is already set")
    telegram.delivery.polling.abort(ConflictError("terminated by setWebhook request"))
    await telegram.delivery.webhooks.stop()
    if call.drop_pending_updates:
        telegram.queue.clear()
    await telegram.delivery.webhooks.start(webhook)
    telegram.state.note("settings")
    return Answer(result=True, description="Webhook was set")


async def delete_webhook(telegram: Telegram, call: Parameters) -> Answer:
    """Go back to getUpdates (deleteWebhook)."""
    was_set = telegram.state.webhook is not None
    await telegram.delivery.webhooks.remove()
    if call.drop_pending_updates:
        telegram.queue.clear()
    text = "Webhook was deleted" if was_set else "Webhook is already deleted"
    return Answer(result=True, description=text)


def get_webhook_info(telegram: Telegram, _call: Parameters) -> Json:
    """Give the state of delivery (getWebhookInfo)."""
    webhook = telegram.state.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": bool(webhook and webhook.certificate),
        "pending_update_count": telegram.queue.pending,
    }
    if webhook is not None:
        if webhook.last_error_date is not None:
            info["last_error_date"] = webhook.last_error_date
            info["last_error_message"] = webhook.last_error_message
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = webhook.ip_address or "<unknown>"
    if telegram.state.allowed_updates:
        info["allowed_updates"] = sorted(telegram.state.allowed_updates)
    return info


def _allow(telegram: Telegram, kinds: list[str] | None) -> bool:
    """Set the kinds of updates that the bot gets; an empty list restores the default kinds.

    Returns:
        Whether the kinds have changed.
    """
    if kinds is None:
        return False
    allowed = frozenset(kind.lower() for kind in kinds) & KINDS
    changed = allowed != telegram.state.allowed_updates
    if changed:
        telegram.state.note("settings")
    telegram.state.allowed_updates = allowed
    return changed


def _checked(call: Parameters) -> Webhook:
    try:
        parts = urlsplit(call.url if "://" in call.url else f"https://{call.url}")
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        raise BadRequestError("invalid webhook URL specified") from None
    if not parts.hostname or port is None:
        raise BadRequestError("invalid webhook URL specified")
    secret = call.secret_token or ""
    if len(secret) > MAX_SECRET:
        raise BadRequestError("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise BadRequestError("secret token contains unallowed characters")
    if not is_loopback(parts.geturl()):
        if parts.scheme != "https":
            raise BadRequestError("bad webhook: An HTTPS URL must be provided for webhook")
        if port not in PORTS:
            raise BadRequestError(
                "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            )
    return Webhook(
        url=parts.geturl(),
        secret_token=secret or None,
        max_connections=_clamp(call.max_connections, CONNECTIONS, MAX_CONNECTIONS),
        ip_address=call.ip_address,
        certificate=_checked_certificate(call),
    )


def _checked_certificate(call: Parameters) -> bytes | None:
    if not isinstance(call.certificate, Upload):
        return None
    data = call.certificate.data
    try:
        ssl.create_default_context(cadata=data.decode("ascii"))
    except (ssl.SSLError, UnicodeDecodeError):
        raise BadRequestError("bad webhook: the certificate is no PEM file") from None
    return data


def _is_same(old: Webhook | None, new: Webhook) -> bool:
    return (
        old is not None
        and new.certificate is None
        and (
            (old.url, old.secret_token, old.max_connections, old.ip_address)
            == (new.url, new.secret_token, new.max_connections, new.ip_address)
        )
    )


def _clamp(value: int | None, default: int, largest: int) -> int:
    return min(max(default if value is None else value, 1), largest)
