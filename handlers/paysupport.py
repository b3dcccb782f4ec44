"""Support of payments: `/terms`, `/paysupport`, and `/refund` for admins.

Telegram requires `/paysupport` and `/terms` of every bot that takes payments
(core.telegram.org/bots/payments-stars, "Live checklist").
"""

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest
from aiogram.filters import Command, CommandObject
from aiogram.methods import TelegramMethod
from aiogram.types import Message
from aiogram_dialog import DialogManager

from db.models import Payment
from db.payments import NewPayment
from durable_dialogs import UnitOfWork, UnreadableResultError, unit_of_work
from handlers.admins import is_by_admin
from locales import Texts
from signed.bills import STARS, price
from widgets.notice import Notice
from widgets.services import Services, bot_of, texts_of

ALREADY = "CHARGE_ALREADY_REFUNDED"
"""Telegram's error if a payment was refunded before."""

PATIENCE = 10
"""Seconds to wait for Telegram to refund a payment."""

log = structlog.get_logger(__name__)

router = Router(name="support of payments")


@router.message(Command("terms"))
async def terms(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Show the terms of payments."""
    return message.answer(texts("terms"))


@router.message(Command("paysupport"))
async def support(
    message: Message,
    command: CommandObject,
    unit: UnitOfWork,
    services: Services,
    texts: Texts,
) -> TelegramMethod[Message]:
    """Forward a question to the admins, or explain how to ask one."""
    if not command.args:
        return message.answer(texts("paysupport"))
    for admin_id in services.admin_ids:
        unit.call(message.forward(admin_id))
    key = "paysupport-passed-on" if services.admin_ids else "paysupport-nobody"
    return message.reply(texts(key))


@router.message(Command("refund"), F.forward_origin, is_by_admin)
async def refuse_forwarded(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Refuse a forwarded `/refund`: somebody else wrote it, and the admin may only ask about it."""
    return message.reply(texts("refund-forwarded"))


@router.message(Command("refund"), is_by_admin)
async def refund(
    message: Message, command: CommandObject, dialog_manager: DialogManager, services: Services
) -> TelegramMethod[Message]:
    """Refund a payment in Stars.

    Telegram refunds each payment once, so a repeated call after a kill does no harm. Telegram
    tells the person, and so does the receipt (`handlers/payments.py`).

    Raises:
        Notice: The database or Telegram is away.
    """
    texts = texts_of(dialog_manager)
    if not command.args:
        return message.reply(texts("refund-how"))
    payment = await services.payments.find(command.args.strip())
    if payment is None:
        return message.reply(texts("refund-unknown"))
    if payment.refunded_at:
        return message.reply(texts("refund-already"))
    if payment.currency != STARS:
        return message.reply(texts("refund-card"))
    if refusal := await _refund(bot_of(dialog_manager), payment):
        return message.reply(texts("refund-refused", reason=escape(refusal, quote=False)))
    refunded = replace(NewPayment.of(payment), refunded_at=datetime.now(UTC))
    unit_of_work(dialog_manager).deliver(refunded.entry, refunded.to_json())
    return message.reply(texts("refund-done", price=price(payment.amount, payment.currency)))


async def _refund(bot: Bot, payment: Payment) -> str | None:
    """Refund a payment.

    Returns:
        Telegram's reason if it refuses, else None.

    Raises:
        Notice: Telegram is away.
    """
    charge_id = payment.telegram_payment_charge_id
    try:
        await bot.refund_star_payment(payment.user_id, charge_id, request_timeout=PATIENCE)
    except UnreadableResultError:
        log.warning("result_unreadable", method="RefundStarPayment")
    except TelegramBadRequest as error:
        return None if ALREADY in error.message else error.message
    except TelegramAPIError as error:
        log.warning("refund_failed", charge=charge_id, error=type(error).__name__)
        raise Notice("notice-away") from error
    return None
