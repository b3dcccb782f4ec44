"""Payments: what Telegram asks before one, and what it tells after it.

A bill's payload is signed and says whose it is and what it comes to (bills.py);
whether it was paid stands in its dialog, and for ever in the database.
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
from durable_dialogs import UnitOfWork, foreground
from locales import Texts
from signed.bills import SHIPPING, Bill, Bills, price
from states import Bill as BillStates
from widgets.notice import Notice
from widgets.services import Services

PATIENCE = 4
"""Seconds that the database has to tell whether a bill was paid; Telegram waits 10
for the answer to a pre-checkout query (Bot API, PreCheckoutQuery)."""

WAYS = {"post": "shipping-post", "courier": "shipping-courier"}
"""What the ways of shipping are called."""

log = structlog.get_logger(__name__)

router = Router(name="payments")


@router.shipping_query()
async def ship(query: ShippingQuery, services: Services, texts: Texts) -> TelegramMethod[bool]:
    """Say what shipping to an address costs.

    Raises:
        Notice: The person can't pay the bill, or nothing is sent there.
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
    query: PreCheckoutQuery, services: Services, transaction: UnitOfWork
) -> TelegramMethod[bool]:
    """Agree to a payment. Nothing is written: a query that comes again is answered again.

    Raises:
        Notice: Something is wrong with it, or nobody knows at the moment.
    """
    bill = _bill_of(query, services.bills)
    if not bill.comes_to(query):
        raise Notice("payment-wrong-sum")
    if await _is_paid(bill, services.payments, transaction):
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


async def _is_paid(bill: Bill, payments: Payments, transaction: UnitOfWork) -> bool:
    """Tell whether a bill was paid.

    Its dialog knows of a payment that still waits for the database; the database, of
    one whose dialog has come to the end of its time.

    Raises:
        Notice: The database doesn't tell.
    """
    if BillStates.paid.state in await transaction.states_of(bill.stack_id):
        return True
    try:
        async with asyncio.timeout(PATIENCE):
            return await payments.is_paid(bill.id)
    except (SQLAlchemyError, TimeoutError) as error:
        log.warning("bill_not_looked_up", error=type(error).__name__)
        raise Notice("notice-away") from error


@router.message(F.successful_payment.as_("paid"))
async def note_payment(  # noqa: PLR0913 - aiogram hands each part of the update in by its name
    message: Message,
    *,
    paid: SuccessfulPayment,
    dialog_manager: DialogManager,
    transaction: UnitOfWork,
    texts: Texts,
    services: Services,
    left_out: Collection[str] = (),
) -> TelegramMethod[Message] | None:
    """Write a payment down, and put the receipt below its bill.

    Both in one step, and the database gets it by the outbox: so a payment is a row,
    sooner or later, and is one however often Telegram tells of it. If parts of it can't be
    read (`update_data.LEFT_OUT`), what was agreed to before it counts.
    """
    charge_id = paid.telegram_payment_charge_id
    bill = services.bills.read(paid.invoice_payload)
    person = message.from_user
    is_partial = any(place.startswith("message.successful_payment.") for place in left_out)
    fits = bill and (bill.covers(paid) if is_partial else bill.comes_to(paid))
    if bill is None or person is None or bill.user_id != person.id or not fits:
        log.error("payment_not_ours", charge=charge_id)
        return message.reply(texts("payment-not-ours"))
    _write_down(paid, bill, message, transaction)
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
            transaction.call(_without_cancel(stack, message.chat.id, bill, texts))
        # The bill keeps its message, which Telegram's clients make a receipt of their own.
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
    transaction: UnitOfWork,
    services: Services,
) -> None:
    """Write down that a payment was given back, by whatever way, and mark its receipt."""
    charge_id = refunded.telegram_payment_charge_id
    bill = services.bills.read(refunded.invoice_payload)
    if bill is None or bill.user_id != message.chat.id:
        log.error("refund_not_ours", charge=charge_id)
        return
    _write_down(refunded, bill, message, transaction)
    async with foreground(dialog_manager, bill.stack_id) as stack:
        if _is_receipt(stack, charge_id):
            stack.dialog_data["refunded_at"] = int(message.date.timestamp())
            await stack.show(ShowMode.EDIT)


def _is_receipt(stack: DialogManager, charge_id: str) -> bool:
    """Tell whether a bill's dialog has gone on to the receipt of a payment."""
    if not stack.has_context():
        return False
    receipt = cast("dict[str, Any]", stack.start_data)
    return bool(receipt.get("charge") == charge_id)


def _write_down(
    told: SuccessfulPayment | RefundedPayment, bill: Bill, message: Message, to: UnitOfWork
) -> None:
    payment = NewPayment(
        telegram_payment_charge_id=told.telegram_payment_charge_id,
        provider_payment_charge_id=told.provider_payment_charge_id or "",
        bill_id=bill.id,
        user_id=bill.user_id,
        chat_id=message.chat.id,
        currency=told.currency,
        amount=told.total_amount,
        created_at=message.date,
        refunded_at=message.date if isinstance(told, RefundedPayment) else None,
    )
    to.deliver(payment.entry, payment.to_json())
