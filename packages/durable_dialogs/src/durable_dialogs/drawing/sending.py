"""Games and invoices: windows that are sent by a method of their own.

Only the keyboard of such a message can be edited (Bot API, "Updating messages").
"""

from dataclasses import replace

from aiogram.enums import ContentType
from aiogram.methods import SendGame, SendInvoice
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import MediaAttachment, MediaId, NewMessage

KINDS = frozenset({ContentType.GAME, ContentType.INVOICE})
"""Content types that aiogram-dialog's message manager can't send."""


class Sending(MediaAttachment):
    """A window's content that its own method sends, in place of a media file.

    If Telegram refuses it, the window's text is sent instead.

    Args:
        kind: The content type, one of `KINDS`.
        name: Tells the content from others of its kind. A window whose content gets another name
            is sent anew.
        method: The method that sends it, without chat and keyboard, which are filled in.
    """

    def __init__(self, kind: ContentType, name: str, method: SendGame | SendInvoice) -> None:
        super().__init__(kind, file_id=MediaId(name))
        self.name = name
        self.method = method


def method_of(content: NewMessage) -> SendGame | SendInvoice | None:
    """Return the method that sends a window, None if aiogram-dialog's message manager can."""
    if not isinstance(content.media, Sending):
        return None
    rest = {
        "chat_id": content.chat.id,
        "message_thread_id": content.thread_id,
        "business_connection_id": content.business_connection_id,
        "reply_markup": content.reply_markup,
        "protect_content": content.protect_content,
    }
    return content.media.method.model_copy(update=rest)


def in_words(content: NewMessage) -> NewMessage:
    """Return a window as a text, without the buttons that need its content."""
    markup = content.reply_markup
    if isinstance(markup, InlineKeyboardMarkup):
        rows = [[button for button in row if not starts(button)] for row in markup.inline_keyboard]
        markup = InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])
    return replace(content, media=None, reply_markup=markup)


def starts(button: InlineKeyboardButton) -> bool:
    """Tell whether a button starts the game or pays the invoice of its message."""
    return button.callback_game is not None or bool(button.pay)
