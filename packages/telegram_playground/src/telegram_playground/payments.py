"""Payments from the bot's side: invoices, answers to shipping and pre-checkout queries, Stars."""

import secrets

from telegram_playground.callbacks import TOO_OLD
from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import Parameters
from telegram_playground.privacy_mode import tell_bot
from telegram_playground.sending import posted
from telegram_playground.state import Json, Message
from telegram_playground.telegram import Telegram

INVOICE_LINK = "https://t.me/$"
"""How the link to an invoice begins."""

STARS = "XTR"
"""The currency of Telegram Stars."""

MAX_TITLE = 32
MAX_DESCRIPTION = 255

MAX_PAYLOAD = 128
"""Bytes of an invoice's payload (Bot API, sendInvoice)."""

CURRENCY = 3
"""Letters of a currency code (ISO 4217)."""

MAX_TRANSACTIONS = 100

MAX_AMOUNT = 9_999_9999_9999
"""The largest price in the smallest unit of a currency (`InputInvoice` in tdlib)."""

WISHES = (
    "need_name",
    "need_phone_number",
    "need_email",
    "need_shipping_address",
    "is_flexible",
    "max_tip_amount",
    "suggested_tip_amounts",
    "photo_url",
)
"""Parameters of an invoice that say what it asks of the payer, besides the price."""


def send_invoice(telegram: Telegram, call: Parameters) -> Json:
    """Send an invoice (sendInvoice)."""
    _check(call)
    invoice = _invoice(call)
    total = invoice["total_amount"]
    amount = f"⭐️{total}" if call.currency == STARS else f"{total / 100:.2f} {call.currency}"
    keyboard = {"inline_keyboard": [[{"text": f"Pay {amount}", "pay": True}]]}
    message, shown = posted(telegram, call, {"invoice": invoice}, "pay", keyboard)
    message.secret = _secret(call)
    return shown


def create_invoice_link(telegram: Telegram, call: Parameters) -> str:
    """Make a link to an invoice that can be paid many times (createInvoiceLink)."""
    _check(call)
    slug = secrets.token_urlsafe(15)
    telegram.state.invoice_links[slug] = {"invoice": _invoice(call), "secret": _secret(call)}
    telegram.state.note("settings")
    return f"{INVOICE_LINK}{slug}"


def answer_pre_checkout_query(telegram: Telegram, call: Parameters) -> bool:
    """Accept or refuse a payment (answerPreCheckoutQuery)."""
    return _answer(telegram, call.pre_checkout_query_id, call, {})


def answer_shipping_query(telegram: Telegram, call: Parameters) -> bool:
    """Offer shipping options, or refuse an address (answerShippingQuery)."""
    if call.ok and not call.shipping_options:
        raise BadRequestError("there are no shipping options specified")
    more = {"shipping_options": call.shipping_options or []}
    return _answer(telegram, call.shipping_query_id, call, more)


def refund_star_payment(telegram: Telegram, call: Parameters) -> bool:
    """Refund a payment in Stars (refundStarPayment)."""
    state = telegram.state
    same = [entry for entry in state.transactions if entry["id"] == call.telegram_payment_charge_id]
    paid = next((entry for entry in same if "source" in entry), None)
    if paid is None or paid["source"]["user"]["id"] != call.user_id:
        raise BadRequestError("CHARGE_NOT_FOUND")
    if len(same) > 1:
        raise BadRequestError("CHARGE_ALREADY_REFUNDED")
    now = int(telegram.clock.time())
    refund = {"id": paid["id"], "amount": paid["amount"], "date": now, "receiver": paid["source"]}
    state.transactions.append(refund)
    state.note("settings")
    chat = state.chats[call.user_id]
    refunded = {
        "currency": STARS,
        "total_amount": paid["amount"],
        "invoice_payload": paid["source"]["invoice_payload"],
        "telegram_payment_charge_id": paid["id"],
    }
    content = {"from": state.bot, "refunded_payment": refunded}
    tell_bot(telegram, chat, telegram.post(chat, Message(content, telegram.bot_id)))
    return True


def get_star_transactions(telegram: Telegram, call: Parameters) -> Json:
    """List payments and refunds in Stars, oldest first (getStarTransactions)."""
    offset = max(call.offset or 0, 0)
    limit = min(max(call.limit or MAX_TRANSACTIONS, 1), MAX_TRANSACTIONS)
    return {"transactions": telegram.state.transactions[offset : offset + limit]}


def get_my_star_balance(telegram: Telegram, _call: Parameters) -> Json:
    """Give the bot's balance in Stars (getMyStarBalance)."""
    entries = telegram.state.transactions
    return {"amount": sum(e["amount"] * (1 if "source" in e else -1) for e in entries)}


def _answer(
    telegram: Telegram,
    query_id: str,
    call: Parameters,
    more: Json,
) -> bool:
    query = telegram.state.checkouts.get(query_id)
    if query is None or query.answer is not None:
        raise BadRequestError(TOO_OLD)
    if not call.ok and not call.error_message:
        raise BadRequestError("error message must be non-empty")
    query.answer = {"ok": call.ok, "error": None if call.ok else call.error_message, **more}
    telegram.signals.notify(query_id)
    return True


def _invoice(call: Parameters) -> Json:
    return {
        "title": call.title,
        "description": call.description,
        "start_parameter": getattr(call, "start_parameter", None) or "",
        "currency": call.currency,
        "total_amount": sum(price["amount"] for price in call.prices),
    }


def _secret(call: Parameters) -> Json:
    wishes = {name: getattr(call, name) for name in WISHES if getattr(call, name)}
    return {"payload": call.payload, "prices": call.prices, **wishes}


def _check(call: Parameters) -> None:
    if not 1 <= len(call.title) <= MAX_TITLE:
        raise BadRequestError("invoice title must be non-empty and have at most 32 characters")
    if not 1 <= len(call.description) <= MAX_DESCRIPTION:
        raise BadRequestError("invoice description must have from 1 to 255 characters")
    if not 1 <= len(call.payload.encode()) <= MAX_PAYLOAD:
        raise BadRequestError("INVOICE_PAYLOAD_INVALID")
    if len(call.currency) != CURRENCY or not call.currency.isupper():
        raise BadRequestError("CURRENCY_INVALID")
    if call.currency == STARS:
        if call.provider_token or len(call.prices) != 1:
            raise BadRequestError("STARS_INVOICE_INVALID")
    elif not call.provider_token:
        raise BadRequestError("PAYMENT_PROVIDER_INVALID")
    if not 0 < sum(price["amount"] for price in call.prices) <= MAX_AMOUNT:
        raise BadRequestError("CURRENCY_TOTAL_AMOUNT_INVALID")
