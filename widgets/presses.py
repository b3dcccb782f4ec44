"""The buttons that outlive their dialog."""

from aiogram.types import InlineKeyboardMarkup, MaybeInaccessibleMessageUnion, Message

from durable_dialogs import starts


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
