"""Compare a press with the buttons that its message shows."""

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
"""Seconds for which one person's forged presses are logged once."""

PEOPLE = 10_000
"""People who are remembered for this, at most."""

log = structlog.get_logger(__name__)

_noted: MutableMapping[int, bool] = TTLCache(PEOPLE, MINUTE)


def carries(message: MaybeInaccessibleMessageUnion | None, data: str | None) -> bool:
    """Tell whether a message shows a button with this callback data."""
    if not isinstance(message, Message) or message.reply_markup is None:
        return False
    rows = message.reply_markup.inline_keyboard
    return any(button.callback_data == data for row in rows for button in row)


def lasting(message: MaybeInaccessibleMessageUnion) -> InlineKeyboardMarkup | None:
    """Give the buttons that a message keeps after its dialog has ended, None if it keeps none.

    These are the buttons that play a game and pay an invoice. They work without a dialog, and
    Telegram does not let a bot remove them (Bot API, InlineKeyboardButton).
    """
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    rows = [
        [button for button in row if starts(button)] for row in message.reply_markup.inline_keyboard
    ]
    kept = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=kept) if kept else None


def note_forged(press: CallbackQuery, data: str | None) -> None:
    """Log a press of a button that its message does not show, once a minute for each person.

    Such a press comes from a modified client, or at the very moment when the window changes.

    Args:
        press: The press, which changed nothing.
        data: The callback data that the button would have on the message.
    """
    person = press.from_user.id
    if person in _noted or not isinstance(press.message, Message) or carries(press.message, data):
        return
    _noted[person] = True
    log.warning("press_not_offered", user=person)
