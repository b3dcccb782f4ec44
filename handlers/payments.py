"""Handlers of payments: Telegram's questions before a payment, its messages after one.

The payload of a bill is signed and says who may pay it and how much (`signed/bills.py`).
Whether it was paid is in the state of the bill's dialog, and in the database.
"""

import asyncio
from collections.abc import Collection
from typing import Any, cast

import structlog
from aiogram import F, Router
from aiogram.methods import EditMessageReplyMarkup, TelegramMethod
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LabeledPrice,
    Message,
    PreCheckoutQuery,
    RefundedPayment,
    ShippingOption,
    ShippingQuery,
    SuccessfulPayment,
)
from aiogram_dialog import DialogManager, ShowMode, StartMode
from sqlalchemy.exc import SQLAlchemyError

from db.payments import NewPayment, Payments
from durable_dialogs import UnitOfWork, foreground, unit_of_work
from locales import Texts
from signed.bills import SHIPPING, Bill, Bills, price
from states import Bill as BillStates
from widgets.notice import Notice
from widgets.services import Services, texts_of

PATIENCE = 4
"""Seconds to wait for the database; Telegram waits 10 seconds for the answer to a pre-checkout
query (Bot API, PreCheckoutQuery)."""

WAYS = {"post": "shipping-post", "courier": "shipping-courier"}
"""The text key of each way of shipping."""

log = structlog.get_logger(__name__)

router = Router(name="payments")


@router.shipping_query()
async def ship(query: ShippingQuery, services: Services, texts: Texts) -> TelegramMethod[bool]:
    """Answer what shipping to an address costs.

    Raises:
        Notice: This person can't pay the bill, or Tally does not ship to that country.
    """
    _bill_of(query, services.bills)
    ways = SHIPPING.get(query.shipping_address.country_code)
    if ways is None:
        raise Notice("shipping-not-there")
    options = [
        ShippingOption(
            id=way,
            title=texts(WAYS[way]),
            prices=[LabeledPrice(label=texts(WAYS[way]), amount=cost)],
        )
        for way, cost in ways.items()
    ]
    return query.answer(ok=True, shipping_options=options)


@router.pre_checkout_query()
async def check(
    query: PreCheckoutQuery, services: Services, unit: UnitOfWork
) -> TelegramMethod[bool]:
    """Accept a payment. It saves nothing, so a repeated query gets the same answer.

    Raises:
        Notice: The payment does not match its bill, the bill is paid, or the database is away.
    """
    bill = _bill_of(query, services.bills)
    if not bill.comes_to(query):
        raise Notice("payment-wrong-sum")
    if await _is_paid(bill, services.payments, unit):
        raise Notice("payment-paid-already")
    return query.answer(ok=True)


def _bill_of(query: ShippingQuery | PreCheckoutQuery, bills: Bills) -> Bill:
    bill = bills.read(query.invoice_payload)
    if bill is None:
        log.warning("bill_not_ours")
        raise Notice("payment-unknown")
    if bill.user_id != query.from_user.id:
        raise Notice("payment-not-yours")
    return bill


async def _is_paid(bill: Bill, payments: Payments, unit: UnitOfWork) -> bool:
    """Tell whether a bill was paid.

    A payment that is still in the outbox is known to the dialog only. After the dialog has
    expired, the payment is known to the database only.

    Raises:
        Notice: The database is away.
    """
    if BillStates.paid.state in await unit.states_of(bill.stack_id):
        return True
    try:
        async with asyncio.timeout(PATIENCE):
            return await payments.is_paid(bill.id)
    except (SQLAlchemyError, TimeoutError) as error:
        log.warning("bill_not_looked_up", error=type(error).__name__)
        raise Notice("notice-away") from error


@router.message(F.successful_payment.as_("paid"))
async def note_payment(
    message: Message,
    paid: SuccessfulPayment,
    dialog_manager: DialogManager,
    services: Services,
    left_out: Collection[str] = (),
) -> TelegramMethod[Message] | None:
    """Save a payment and send the receipt below its bill.

    One commit does both, and the outbox delivers the payment to the database: exactly one row,
    however often Telegram sends the message. If parts of the payment can't be read
    (`update_data.LEFT_OUT`), the amount that was accepted before counts.

    Args:
        message: The message with the payment.
        paid: The payment.
        dialog_manager: The manager of the current update.
        services: What the application hands to every update.
        left_out: The places of the update that can't be read.
    """
    unit, texts = unit_of_work(dialog_manager), texts_of(dialog_manager)
    charge_id = paid.telegram_payment_charge_id
    bill = services.bills.read(paid.invoice_payload)
    person = message.from_user
    is_partial = any(place.startswith("message.successful_payment.") for place in left_out)
    fits = bill and (bill.covers(paid) if is_partial else bill.comes_to(paid))
    if bill is None or person is None or bill.user_id != person.id or not fits:
        log.error("payment_not_ours", charge=charge_id)
        return message.reply(texts("payment-not-ours"))
    _deliver(paid, bill, message, unit)
    receipt = {
        "charge": charge_id,
        "currency": paid.currency,
        "amount": paid.total_amount,
        "paid_at": int(message.date.timestamp()),
        "language": texts.language,
    }
    async with foreground(dialog_manager, bill.stack_id) as stack:
        if _is_receipt(stack, charge_id):
            return None
        if stack.has_context() and stack.current_context().state == BillStates.due:
            unit.call(_without_cancel(stack, message.chat.id, bill, texts))
        # Telegram's clients turn the message of the bill into a receipt, so it must stay.
        stack.current_stack().last_message_id = None
        await stack.start(
            BillStates.paid, receipt, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND
        )
    return None


def _without_cancel(
    stack: DialogManager, chat_id: int, bill: Bill, texts: Texts
) -> EditMessageReplyMarkup:
    pay = texts("bill-pay", price=price(bill.amount, bill.currency))
    return EditMessageReplyMarkup(
        chat_id=chat_id,
        message_id=stack.current_stack().last_message_id,
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text=pay, pay=True)]]
        ),
    )


@router.message(F.refunded_payment.as_("refunded"))
async def note_refund(
    message: Message,
    refunded: RefundedPayment,
    dialog_manager: DialogManager,
    unit: UnitOfWork,
    services: Services,
) -> None:
    """Save that a payment was refunded, by this bot or elsewhere, and mark its receipt."""
    charge_id = refunded.telegram_payment_charge_id
    bill = services.bills.read(refunded.invoice_payload)
    if bill is None or bill.user_id != message.chat.id:
        log.error("refund_not_ours", charge=charge_id)
        return
    _deliver(refunded, bill, message, unit)
    async with foreground(dialog_manager, bill.stack_id) as stack:
        if _is_receipt(stack, charge_id):
            stack.dialog_data["refunded_at"] = int(message.date.timestamp())
            await stack.show(ShowMode.EDIT)


def _is_receipt(stack: DialogManager, charge_id: str) -> bool:
    """Tell whether a bill's dialog shows the receipt of this payment."""
    if not stack.has_context():
        return False
    receipt = cast("dict[str, Any]", stack.start_data)
    return bool(receipt.get("charge") == charge_id)


def _deliver(
    payment_info: SuccessfulPayment | RefundedPayment,
    bill: Bill,
    message: Message,
    unit: UnitOfWork,
) -> None:
    payment = NewPayment(
        telegram_payment_charge_id=payment_info.telegram_payment_charge_id,
        provider_payment_charge_id=payment_info.provider_payment_charge_id or "",
        bill_id=bill.id,
        user_id=bill.user_id,
        chat_id=message.chat.id,
        currency=payment_info.currency,
        amount=payment_info.total_amount,
        created_at=message.date,
        refunded_at=message.date if isinstance(payment_info, RefundedPayment) else None,
    )
    unit.deliver(payment.entry, payment.to_json())
