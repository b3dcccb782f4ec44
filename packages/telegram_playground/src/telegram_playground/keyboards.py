"""Checks of inline and reply keyboards."""

from typing import Any

from telegram_playground.errors import BadRequestError
from telegram_playground.links import checked_link, is_page, user_of_link
from telegram_playground.state import Chat, Json
from telegram_playground.telegram import Telegram

LOOKS = frozenset({"text", "style", "icon_custom_emoji_id"})
"""Fields that an inline button of any kind may have."""

STYLES = frozenset({"", "default", "primary", "success", "danger"})

MAX_DATA = 64
"""Bytes of callback data (Bot API, InlineKeyboardButton)."""

MAX_COPIED = 256
"""Characters of a text to copy (Bot API, CopyTextButton)."""

MAX_PLACEHOLDER = 64
"""Characters of a placeholder (Bot API, ReplyKeyboardMarkup)."""

NO_KIND = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
MANY_KINDS = "can't parse inline keyboard button: exactly one kind of button must be used"
"""Telegram silently keeps one kind; its documentation forbids several, so this refuses them."""

PRIVATE_REQUESTS = {
    "request_contact": "phone number",
    "request_location": "location",
    "request_poll": "poll",
    "web_app": "Web App buttons",
    "request_users": "users",
    "request_chat": "chats",
    "request_managed_bot": "managed bots",
}
"""Kinds of reply buttons for private chats only, with their names in refusals."""

FIRST_MISSING = {"callback_game": "REPLY_MARKUP_GAME_EMPTY", "pay": "REPLY_MARKUP_BUY_EMPTY"}
"""The refusal of a keyboard whose first button lacks the kind that its message needs."""


def check_markup(
    telegram: Telegram, chat: Chat, markup: Json | None, first: str | None = None
) -> tuple[Json | None, Json | None]:
    """Check a `reply_markup`.

    Args:
        telegram: The playground, which knows the persons that links lead to.
        chat: The chat of the message.
        markup: The markup that the bot sends.
        first: The kind that the first button must have: `callback_game`, `pay` or any (`None`).

    Returns:
        The inline keyboard, and the markup of another kind; at least one of them is `None`.

    Raises:
        BadRequestError: If Telegram would refuse it.
    """
    if markup is None:
        return None, None
    if "inline_keyboard" in markup:
        return check_inline_keyboard(telegram, chat, markup, first), None
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(placeholder) <= MAX_PLACEHOLDER:
        raise BadRequestError("reply keyboard placeholder is invalid")
    for row in markup.get("keyboard", ()):
        for button in row:
            _check_reply_button(chat, button)
    return None, markup


def check_inline_keyboard(
    telegram: Telegram,
    chat: Chat | None,
    markup: Json | None,
    first: str | None = None,
) -> Json | None:
    """Check an inline keyboard.

    Args:
        telegram: The playground, which knows the persons that links lead to.
        chat: The chat of the message; `None` for one sent through inline mode.
        markup: The keyboard that the bot sends.
        first: The kind that the first button must have: `callback_game`, `pay` or any (`None`).

    Returns:
        The keyboard without empty buttons and rows; `None` if no button is left.

    Raises:
        BadRequestError: If Telegram would refuse one of its buttons.
    """
    rows: list[list[Json]] = []
    for row in markup["inline_keyboard"] if markup else ():
        buttons: list[Json] = []
        for button in row:
            if button["text"]:
                fixed = None if rows or buttons else first
                buttons.append(_inline_button(telegram, chat, button, fixed))
        if buttons:
            rows.append(buttons)
    if rows and first is not None and first not in rows[0][0]:
        raise BadRequestError(FIRST_MISSING[first])
    return {"inline_keyboard": rows} if rows else None


def _inline_button(telegram: Telegram, chat: Chat | None, button: Json, fixed: str | None) -> Json:
    shown = {name: value for name, value in button.items() if value is not False}
    for name in ("url", "callback_data"):
        if shown.get(name) == "":
            del shown[name]
    if shown.get("style", "default") not in STYLES:
        raise BadRequestError("can't parse inline keyboard button: invalid button style specified")
    kinds = shown.keys() - LOOKS
    if not kinds:
        raise BadRequestError(NO_KIND)
    if len(kinds) > 1:
        raise BadRequestError(MANY_KINDS)
    kind = kinds.pop()
    if kind != fixed:
        _check_kind(telegram, chat, kind, shown[kind])
    return shown


def _check_kind(telegram: Telegram, chat: Chat | None, kind: str, value: Any) -> None:  # noqa: ANN401 - a text or object
    match kind:
        case "callback_data" if len(value.encode()) > MAX_DATA:
            raise BadRequestError("BUTTON_DATA_INVALID")
        case "url":
            _check_url(telegram, value)
        case "login_url":
            _check_page(value["url"])
            if not telegram.state.login_domain:
                raise BadRequestError("BOT_DOMAIN_INVALID")
        case "web_app":
            _check_page(value["url"])
            if chat is None or not chat.private:
                raise BadRequestError("BUTTON_TYPE_INVALID")
        case "copy_text" if not 1 <= len(value["text"]) <= MAX_COPIED:
            raise BadRequestError("BUTTON_COPY_TEXT_INVALID")
        case "callback_game" | "pay":
            # Allowed only as the first button of a game or an invoice.
            raise BadRequestError("BUTTON_TYPE_INVALID")


def _check_url(telegram: Telegram, url: str) -> None:
    user_id = user_of_link(url)
    if user_id is None:
        if checked_link(url) is None:
            raise BadRequestError("BUTTON_URL_INVALID")
        return
    person = telegram.state.persons.get(user_id)
    if person is None:
        raise BadRequestError("BUTTON_USER_INVALID")
    if person.has_private_forwards:
        raise BadRequestError("BUTTON_USER_PRIVACY_RESTRICTED")


def _check_page(url: str) -> None:
    if not is_page(url):
        raise BadRequestError("BUTTON_URL_INVALID")


def _check_reply_button(chat: Chat, button: Json) -> None:
    kinds = [kind for kind in PRIVATE_REQUESTS if button.get(kind, False) is not False]
    if len(kinds) > 1:
        raise BadRequestError("can't parse keyboard button: at most one kind may be used")
    if button.get("style", "default") not in STYLES:
        raise BadRequestError("can't parse keyboard button: invalid button style specified")
    if not kinds or chat.private:
        return
    verb = "used" if kinds[0] == "web_app" else "requested"
    raise BadRequestError(f"{PRIVATE_REQUESTS[kinds[0]]} can be {verb} in private chats only")
