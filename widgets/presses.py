"""Presses as against what was there to be pressed."""

from collections.abc import MutableMapping

import structlog
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessageUnion,
    Message,
)
from cachetools import TTLCache

from durable_dialogs import starts

MINUTE = 60
PEOPLE = 10_000
"""People who are remembered meanwhile."""

log = structlog.get_logger(__name__)

_noted: MutableMapping[int, bool] = TTLCache(PEOPLE, MINUTE)


def carries(message: MaybeInaccessibleMessageUnion | None, data: str | None) -> bool:
    """Tell whether a message has a button with that callback data."""
    if not isinstance(message, Message) or message.reply_markup is None:
        return False
    rows = message.reply_markup.inline_keyboard
    return any(button.callback_data == data for row in rows for button in row)


def lasting(message: MaybeInaccessibleMessageUnion) -> InlineKeyboardMarkup | None:
    """Give the keyboard that a message keeps when its dialog is over, None for none.

    A game can be played and an invoice paid without one, and their first button
    can't be taken off (Bot API, InlineKeyboardButton).
    """
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    rows = [
        [button for button in row if starts(button)] for row in message.reply_markup.inline_keyboard
    ]
    kept = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=kept) if kept else None


def note_forged(press: CallbackQuery, data: str | None) -> None:
    """Log a press of what its message doesn't carry, at most once a person and minute.

    It takes a modified client, or a tap at the very moment when the window changes.

    Args:
        press: The press, of which nothing came.
        data: The callback data that its button would have on the message.
    """
    person = press.from_user.id
    if person in _noted or not isinstance(press.message, Message) or carries(press.message, data):
        return
    _noted[person] = True
    log.warning("press_not_offered", user=person)
