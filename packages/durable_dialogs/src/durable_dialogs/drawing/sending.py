"""Contents that methods of their own send: games and invoices.

Of such a message only the keyboard can be edited (Bot API, "Updating messages").
"""

from dataclasses import replace

from aiogram.enums import ContentType
from aiogram.methods import SendGame, SendInvoice
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import MediaAttachment, MediaId, NewMessage

KINDS = frozenset({ContentType.GAME, ContentType.INVOICE})
"""What the library's message manager has no way to send."""


class Sending(MediaAttachment):
    """What a window consists of besides its keyboard, in the place of a file.

    The window's text is what is sent where Telegram refuses it.

    Args:
        kind: What Telegram calls it, one of `KINDS`.
        name: What tells it from others of its kind: a window that comes to another
            name is sent anew.
        method: What sends it; where it goes and its keyboard are filled in.
    """

    def __init__(self, kind: ContentType, name: str, method: SendGame | SendInvoice) -> None:
        super().__init__(kind, file_id=MediaId(name))
        self.name = name
        self.method = method


def method_of(content: NewMessage) -> SendGame | SendInvoice | None:
    """Give the method that sends a window, None where the library's message manager does."""
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
    """Give a window as a text, without the button that its content would be for."""
    markup = content.reply_markup
    if isinstance(markup, InlineKeyboardMarkup):
        rows = [[button for button in row if not starts(button)] for row in markup.inline_keyboard]
        markup = InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])
    return replace(content, media=None, reply_markup=markup)


def starts(button: InlineKeyboardButton) -> bool:
    """Tell whether a button is the one that the content of its message is for."""
    return button.callback_game is not None or bool(button.pay)


def kind_of(content: NewMessage) -> ContentType | None:
    """Tell what a window is besides its text, None for nothing."""
    return ContentType(content.media.type) if content.media else None


def name_of(content: NewMessage) -> str | None:
    """Give what tells a window's content from others of its kind, None for others."""
    return content.media.name if isinstance(content.media, Sending) else None
