"""Payments from the persons' side: shipping and paying."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from telegram_playground.annotated import Within
from telegram_playground.control_requests import MAX_WAIT, Seconds
from telegram_playground.errors import ControlError
from telegram_playground.payments import INVOICE_LINK, MAX_AMOUNT, STARS
from telegram_playground.persons import check_presence
from telegram_playground.privacy_mode import tell_bot
from telegram_playground.state import Chat, Checkout, Json, Message, Person
from telegram_playground.telegram import Telegram
from telegram_playground.values import structure

ANSWERABLE_FOR = 10
"""Seconds that the bot has to answer a pre-checkout query (Bot API, PreCheckoutQuery)."""


@dataclass(kw_only=True)
class Payer:
    """A person who is about to pay.

    Attributes:
        person: The id of the person.
        url: The link to the invoice; `None` if the path names its message.
    """

    person: int
    url: str | None = None


@dataclass(kw_only=True)
class Shipping(Payer):
    """A `ShippingAddress`; `wait` is how many seconds to wait for the bot's options."""

    address: dict[str, str]
    wait: Seconds = 10.0


@dataclass(kw_only=True)
class Payment(Payer):
    """A payment: the chosen shipping, the payer's details, and a tip in the smallest unit."""

    shipping_option_id: str | None = None
    order_info: Json | None = None
    tip: Annotated[int, Within(0, MAX_AMOUNT)] = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice that a person is about to pay.

    Attributes:
        chat: The chat that gets the receipt.
        message: The message with the invoice; `None` if it is behind a link.
        invoice: The `Invoice` object.
        secret: What the bot gave with the invoice that `Invoice` does not show.
    """

    chat: Chat
    message: Message | None
    invoice: Json
    secret: Json


def bill_in_chat(telegram: Telegram, chat: Chat, message_id: int, user_id: int) -> Bill:
    """Find the invoice in a message; it can be paid once.

    Raises:
        ControlError: If there is none, it is paid, or the person is not in the chat.
    """
    check_presence(telegram, chat, telegram.person(user_id))
    message = chat.messages.get(message_id)
    if message is None or "invoice" not in message.json:
        raise ControlError(f"message {message_id} is not an invoice", 404)
    if "receipt" in message.secret:
        raise ControlError("the invoice is already paid")
    return Bill(chat, message, message.json["invoice"], message.secret)


def bill_behind(telegram: Telegram, url: str | None, user_id: int) -> Bill:
    """Find the invoice behind a link; the receipt goes to the person's chat with the bot.

    Raises:
        ControlError: If there is none.
        BadRequestError: If there is no such person.
    """
    invoice, secret = invoice_behind(telegram, url)
    telegram.person(user_id)
    return Bill(telegram.state.chats[user_id], None, invoice, secret)


def invoice_behind(telegram: Telegram, url: str | None) -> tuple[Json, Json]:
    """Give the `Invoice` behind a link, and what the bot gave with it that it does not show.

    Raises:
        ControlError: If there is none.
    """
    found = telegram.state.invoice_links.get((url or "").removeprefix(INVOICE_LINK))
    if found is None:
        raise ControlError(f"{url} is not a link to an invoice", 404)
    return found["invoice"], found["secret"]


async def ask_shipping(telegram: Telegram, bill: Bill, wish: Shipping) -> Json:
    """Ask the bot for its shipping options.

    Returns:
        `ok`, `error` and `shipping_options` of its answer; `ok` is `None` if there was none.
    """
    content = {
        "from": telegram.person(wish.person).user,
        "invoice_payload": bill.secret["payload"],
        "shipping_address": wish.address,
    }
    answer = await _ask(telegram, "shipping_query", content, wish.wait)
    if answer is None:
        return {"ok": None, "error": None}
    bill.secret[f"shipping for {wish.person}"] = answer["shipping_options"]
    return answer


async def pay(telegram: Telegram, bill: Bill, payment: Payment) -> Json:
    """Pay an invoice: ask the bot first (pre-checkout), then send it the receipt.

    Returns:
        `ok`; `error` if the bot refuses, or does not answer within 10 s of the playground's clock;
        `charge_id` if it was paid.

    Raises:
        ControlError: If tip or shipping option do not fit the invoice, or it was paid meanwhile.
    """
    person = telegram.person(payment.person)
    if payment.tip > bill.secret.get("max_tip_amount", 0):
        raise ControlError("the tip is larger than the invoice allows")
    order = _order(bill, payment)
    content = {"from": person.user, **order}
    answer = await _ask(telegram, "pre_checkout_query", content, MAX_WAIT)
    if answer is None:
        return {"ok": False, "error": "the bot did not answer in time"}
    if not answer["ok"]:
        return answer
    if bill.message is not None and "receipt" in bill.message.secret:
        raise ControlError("the invoice is already paid")
    return answer | {"charge_id": _complete(telegram, bill, person, order)}


def _order(bill: Bill, payment: Payment) -> Json:
    """Give the fields of a payment that the bot gets before and after it."""
    order: Json = {
        "currency": bill.invoice["currency"],
        "total_amount": bill.invoice["total_amount"] + payment.tip,
        "invoice_payload": bill.secret["payload"],
    }
    if payment.shipping_option_id is None and bill.secret.get("is_flexible"):
        raise ControlError("the invoice asks for one of its shipping options")
    if payment.shipping_option_id is not None:
        option = _shipping_option(bill, payment.person, payment.shipping_option_id)
        order["shipping_option_id"] = option["id"]
        order["total_amount"] += sum(price["amount"] for price in option["prices"])
    if payment.order_info is not None:
        order["order_info"] = structure("OrderInfo", "order_info", payment.order_info)
    return order


def _shipping_option(bill: Bill, user_id: int, option_id: str) -> Json:
    options: list[Json] = bill.secret.get(f"shipping for {user_id}", [])
    for option in options:
        if option["id"] == option_id:
            return option
    raise ControlError(f"the bot has offered no shipping option {option_id}", 404)


async def _ask(telegram: Telegram, kind: str, content: Json, seconds: float) -> Json | None:
    """Ask the bot; wait `seconds` of real time, or 10 s of the clock, for its answer."""
    query = Checkout(str(secrets.randbits(62)))
    telegram.state.checkouts[query.id] = query
    telegram.queue.push(kind, {"id": query.id, **content}, content["from"]["id"])

    def close() -> None:
        telegram.state.checkouts.pop(query.id, None)
        telegram.signals.notify(query.id)

    def done() -> bool:
        return query.answer is not None or query.id not in telegram.state.checkouts

    timer = telegram.clock.call_later(ANSWERABLE_FOR, close)
    try:
        await telegram.signals.wait_for(query.id, seconds, done)
    finally:
        timer.cancel()
        close()
    return query.answer


def _complete(telegram: Telegram, bill: Bill, person: Person, order: Json) -> str:
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
    receipt = Message({"from": person.user, "successful_payment": paid}, person.user["id"])
    if bill.message is not None:
        bill.message.secret = bill.secret | {"receipt": charge_id}
        telegram.touch(bill.chat, bill.message)
        receipt.reply_to = bill.message.id
    tell_bot(telegram, bill.chat, telegram.post(bill.chat, receipt))
    return charge_id
