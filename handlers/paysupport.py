"""What people ask about payments, and giving one back.

Telegram asks of every bot that takes payments for /paysupport and /terms
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

from db.models import Payment
from db.payments import NewPayment
from durable_dialogs import UnitOfWork, UnreadableResultError
from handlers.admins import is_by_admin
from locales import Texts
from signed.bills import STARS, price
from widgets.notice import Notice
from widgets.services import Services

ALREADY = "CHARGE_ALREADY_REFUNDED"
"""How Telegram refuses to give the same payment back again."""

PATIENCE = 10
"""Seconds that Telegram has to give a payment back."""

log = structlog.get_logger(__name__)

router = Router(name="support of payments")


@router.message(Command("terms"))
async def terms(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Say what is paid for, and what is not."""
    return message.answer(texts("terms"))


@router.message(Command("paysupport"))
async def support(
    message: Message,
    command: CommandObject,
    transaction: UnitOfWork,
    services: Services,
    texts: Texts,
) -> TelegramMethod[Message]:
    """Pass a question on to the admins, or say how to ask one."""
    if not command.args:
        return message.answer(texts("paysupport"))
    for admin_id in services.admin_ids:
        transaction.call(message.forward(admin_id))
    is_heard = bool(services.admin_ids)
    return message.reply(texts("paysupport-passed-on" if is_heard else "paysupport-nobody"))


@router.message(Command("refund"), F.forward_origin, is_by_admin)
async def refuse_forwarded(message: Message, texts: Texts) -> TelegramMethod[Message]:
    """Have an admin type it: what they forward, perhaps to ask about it, is another's wish."""
    return message.reply(texts("refund-forwarded"))


@router.message(Command("refund"), is_by_admin)
async def refund(  # noqa: PLR0913 - aiogram hands each part of the update in by its name
    message: Message,
    *,
    command: CommandObject,
    bot: Bot,
    transaction: UnitOfWork,
    texts: Texts,
    services: Services,
) -> TelegramMethod[Message]:
    """Give a payment back.

    Telegram gives each back once, so it does no harm to ask again after a kill. The
    person is told by Telegram, and by the receipt (handlers/payments.py).

    Raises:
        Notice: The database or Telegram is away.
    """
    if not command.args:
        return message.reply(texts("refund-how"))
    payment = await services.payments.find(command.args.strip())
    if payment is None:
        return message.reply(texts("refund-unknown"))
    if payment.refunded_at:
        return message.reply(texts("refund-already"))
    if payment.currency != STARS:
        return message.reply(texts("refund-card"))
    if refusal := await _give_back(bot, payment):
        return message.reply(texts("refund-refused", reason=escape(refusal, quote=False)))
    refunded = replace(NewPayment.of(payment), refunded_at=datetime.now(UTC))
    transaction.deliver(refunded.entry, refunded.to_json())
    return message.reply(texts("refund-done", price=price(payment.amount, payment.currency)))


async def _give_back(bot: Bot, payment: Payment) -> str | None:
    """Have Telegram give a payment back; give its reason if it refuses."""
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
