"""The callables of the bot that carrying an update out needs; `options.Hooks` has the rest."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiogram.types import Update
from aiogram_dialog.api.entities import NewMessage

from durable_dialogs.state.unit_of_work import UnitOfWork

InlineWindow = Callable[[Mapping[str, Any]], Awaitable[NewMessage]]
"""Returns what a message that was sent through inline mode shows, from its state."""

OnError = Callable[[Exception, Update, dict[str, Any], UnitOfWork], Awaitable[None]]
"""Answers for an update that failed.

Gets the error, the update, the middlewares' data, and a unit of work to answer in. That unit of
work is not committed.
"""


def is_payment(update: Update) -> bool:
    """Tell whether a payment, or the refund of one, has happened."""
    message = update.message
    return message is not None and bool(message.successful_payment or message.refunded_payment)
