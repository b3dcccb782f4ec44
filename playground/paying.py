"""Payments from the persons' side: asking for shipping, and paying."""

import secrets

from pydantic import Field

from playground.control_requests import MAX_WAIT, Strict
from playground.errors import ControlError
from playground.hearing import tell_bot
from playground.payments import STARS
from playground.persons import check_presence
from playground.state import Chat, Checkout, Json, Message, Person
from playground.telegram import Telegram

ANSWERABLE_FOR = 10
"""Seconds that the bot has to answer a pre-checkout query (Bot API, PreCheckoutQuery)."""


class Shipping(Strict):
    """Where somebody wants a thing sent: the fields of a `ShippingAddress`."""

    person: int
    address: dict[str, str]
    wait: float = Field(10, ge=0, le=MAX_WAIT)


class Payment(Strict):
    """Who pays a bill, how it is to be shipped, and what they tell of themselves."""

    person: int
    shipping_option_id: str | None = None
    order_info: dict[str, object] | None = None
    tip: int = Field(0, ge=0)


async def ask_shipping(telegram: Telegram, chat: Chat, message_id: int, wish: Shipping) -> Json:
    """Ask the bot what shipping costs.

    Returns:
        `ok`, `error` and `shipping_options` of its answer; `ok` is `None` if there was none.
    """
    person, message = _bill(telegram, chat, message_id, wish.person)
    content = {
        "from": person.user,
        "invoice_payload": message.secret["payload"],
        "shipping_address": wish.address,
    }
    query = _ask(telegram, "shipping_query", content, wish.person)
    await telegram.signals.wait_for(query.id, wish.wait, lambda: query.answer is not None)
    if query.answer is None:
        return {"ok": None, "error": None}
    message.secret["shipping_options"] = query.answer["shipping_options"]
    telegram.state.note("message", (chat.id, message.id))
    return query.answer


async def pay(telegram: Telegram, chat: Chat, message_id: int, payment: Payment) -> Json:
    """Pay a bill: the bot is asked, and told when it is done.

    Returns:
        `ok`, `error` if the bot does not want the money or says nothing within ten seconds by the
        playground's clock, and `charge_id` if it was paid.
    """
    person, message = _bill(telegram, chat, message_id, payment.person)
    bill = message.json["invoice"]
    if payment.tip > message.secret.get("max_tip_amount", 0):
        raise ControlError("the invoice takes no such tip")
    order: Json = {
        "currency": bill["currency"],
        "total_amount": bill["total_amount"]
        + payment.tip
        + _shipping_costs(message.secret, payment),
        "invoice_payload": message.secret["payload"],
    }
    if payment.shipping_option_id is not None:
        order["shipping_option_id"] = payment.shipping_option_id
    if payment.order_info is not None:
        order["order_info"] = payment.order_info
    query = _ask(telegram, "pre_checkout_query", {"from": person.user, **order}, payment.person)
    timer = telegram.clock.call_later(ANSWERABLE_FOR, lambda: _give_up(telegram, query))
    try:
        await telegram.signals.wait_for(query.id, MAX_WAIT, lambda: query.answer is not None)
    finally:
        timer.cancel()
    if query.answer is None or not query.answer["ok"]:
        return query.answer or {"ok": False, "error": "the playground has stopped"}
    return query.answer | {"charge_id": _complete(telegram, chat, person, message, order)}


def _bill(telegram: Telegram, chat: Chat, message_id: int, user_id: int) -> tuple[Person, Message]:
    person = telegram.person(user_id)
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is None or "invoice" not in message.json:
        raise ControlError(f"message {message_id} is no invoice", 404)
    if "receipt" in message.secret:
        raise ControlError("the invoice is paid")
    return person, message


def _shipping_costs(secret: Json, payment: Payment) -> int:
    """What the chosen way of shipping adds to a bill."""
    if not secret.get("is_flexible"):
        return 0
    for option in secret.get("shipping_options", ()):
        if option["id"] == payment.shipping_option_id:
            return sum(price["amount"] for price in option["prices"])
    raise ControlError("the invoice asks for one of its shipping options")


def _ask(telegram: Telegram, kind: str, content: Json, user_id: int) -> Checkout:
    query = Checkout(str(secrets.randbits(62)))
    telegram.state.checkouts[query.id] = query
    telegram.queue.push(kind, {"id": query.id, **content}, user_id)
    return query


def _give_up(telegram: Telegram, query: Checkout) -> None:
    if query.answer is None:
        query.answer = {"ok": False, "error": "the bot did not answer in time"}
        telegram.signals.notify(query.id)


def _complete(telegram: Telegram, chat: Chat, person: Person, bill: Message, order: Json) -> str:
    charge_id = secrets.token_urlsafe(24)
    paid = order | {
        "telegram_payment_charge_id": charge_id,
        "provider_payment_charge_id": secrets.token_urlsafe(12),
    }
    if order["currency"] == STARS:
        source = {
            "type": "user",
            "transaction_type": "invoice_payment",
            "user": person.user,
            "invoice_payload": order["invoice_payload"],
        }
        now = int(telegram.clock.time())
        entry = {"id": charge_id, "amount": order["total_amount"], "date": now, "source": source}
        telegram.state.transactions.append(entry)
        telegram.state.note("settings")
    bill.secret = bill.secret | {"receipt": charge_id}
    telegram.touch(chat, bill)
    content = {"from": person.user, "successful_payment": paid}
    tell_bot(telegram, chat, telegram.post(chat, Message(content, person.user["id"], bill.id)))
    return charge_id
