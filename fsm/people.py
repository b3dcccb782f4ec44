"""Links to people, which Telegram may refuse at any moment: a setting of theirs says so."""

from dataclasses import replace

from aiogram.types import DisabledButton, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage

FORBIDDEN = "BUTTON_USER_PRIVACY_RESTRICTED"
"""How Telegram refuses a message with a link to somebody who forbids that."""

PERSON = "tg://user?id="
"""How a link to a person begins."""


def without_people(content: NewMessage | None) -> NewMessage | None:
    """Disable the buttons of a window that lead to people.

    Args:
        content: The window.

    Returns:
        The window with those buttons disabled, None if it has none.
    """
    markup = content.reply_markup if content else None
    if content is None or not isinstance(markup, InlineKeyboardMarkup):
        return None
    rows = [[_disabled(button) for button in row] for row in markup.inline_keyboard]
    if rows == markup.inline_keyboard:
        return None
    return replace(content, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


def _disabled(button: InlineKeyboardButton) -> InlineKeyboardButton:
    if not (button.url or "").startswith(PERSON):
        return button
    return button.model_copy(update={"url": None, "disabled": DisabledButton()})
