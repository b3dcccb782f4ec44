"""Buttons because of which Telegram may refuse a whole message, at any moment."""

from collections.abc import Callable
from dataclasses import replace

from aiogram.types import DisabledButton, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage

PERSON = "tg://user?id="
"""Start of a link to a person."""


def _leads_to_person(button: InlineKeyboardButton) -> bool:
    return (button.url or "").startswith(PERSON)


def _logs_in(button: InlineKeyboardButton) -> bool:
    return button.login_url is not None


REFUSALS: dict[str, Callable[[InlineKeyboardButton], bool]] = {
    "BUTTON_USER_PRIVACY_RESTRICTED": _leads_to_person,
    "BOT_DOMAIN_INVALID": _logs_in,
}
"""Telegram's errors, with the buttons that cause them: links to a person whose privacy settings
forbid that, and logins at a domain that is not set at @BotFather (/setdomain)."""


def without_refused(content: NewMessage | None, reason: str) -> NewMessage | None:
    """Disable the buttons because of which Telegram refused a window.

    Args:
        content: The window.
        reason: Telegram's error message.

    Returns:
        The window with those buttons disabled, None if Telegram refused it for another reason.
    """
    markup = content.reply_markup if content else None
    if content is None or not isinstance(markup, InlineKeyboardMarkup):
        return None
    causes = [is_cause for words, is_cause in REFUSALS.items() if words in reason]
    rows = [
        [
            _disabled(button) if any(is_cause(button) for is_cause in causes) else button
            for button in row
        ]
        for row in markup.inline_keyboard
    ]
    if rows == markup.inline_keyboard:
        return None
    return replace(content, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows))


def _disabled(button: InlineKeyboardButton) -> InlineKeyboardButton:
    return button.model_copy(update={"url": None, "login_url": None, "disabled": DisabledButton()})
