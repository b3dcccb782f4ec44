"""Buttons for whose sake Telegram may refuse a whole message, at any moment."""

from collections.abc import Callable
from dataclasses import replace

from aiogram.types import DisabledButton, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage

PERSON = "tg://user?id="
"""How a link to a person begins."""


def _leads_to_person(button: InlineKeyboardButton) -> bool:
    return (button.url or "").startswith(PERSON)


def _logs_in(button: InlineKeyboardButton) -> bool:
    return button.login_url is not None


REFUSALS: dict[str, Callable[[InlineKeyboardButton], bool]] = {
    "BUTTON_USER_PRIVACY_RESTRICTED": _leads_to_person,
    "BOT_DOMAIN_INVALID": _logs_in,
}
"""How Telegram refuses which buttons: links to somebody who forbids that, and logins at a
domain that @BotFather was not told (/setdomain)."""


def without_refused(content: NewMessage | None, reason: str) -> NewMessage | None:
    """Disable the buttons of a window that Telegram has refused.

    Args:
        content: The window.
        reason: What Telegram has said.

    Returns:
        The window with those buttons disabled, None if it was refused for something else.
    """
    markup = content.reply_markup if content else None
    if content is None or not isinstance(markup, InlineKeyboardMarkup):
        return None
    refused = [is_meant for words, is_meant in REFUSALS.items() if words in reason]
    rows = [
        [
            _disabled(button) if any(is_meant(button) for is_meant in refused) else button
            for button in row
        ]
        for row in markup.inline_keyboard
    ]
    if rows == markup.inline_keyboard:
        return None
    return replace(content, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


def _disabled(button: InlineKeyboardButton) -> InlineKeyboardButton:
    return button.model_copy(update={"url": None, "login_url": None, "disabled": DisabledButton()})
