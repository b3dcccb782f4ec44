"""Keeps aiogram-dialog from failing at messages that people can send."""

from aiogram.types import Update, User
from aiogram_dialog.utils import CB_SEP, REPLY_CALLBACK_SYMBOLS, split_reply_callback

UNKNOWN = User(id=0, is_bot=False, first_name="")
"""Stands for the unknown sender of a message, because aiogram-dialog requires one."""


def mended(update: Update) -> Update:
    """Change in a message what aiogram-dialog can't read.

    It looks at the sender of a message that is replied to, who may be unknown. It also reads
    invisible characters at the end of a text as a press of a button of a reply keyboard, although
    a person can type them.

    Args:
        update: Any update.

    Returns:
        The same update, or a copy.
    """
    message = update.message or update.business_message
    if message is None:
        return update
    changes: dict[str, object] = {}
    replied_to = message.reply_to_message
    if replied_to and replied_to.from_user is None:
        changes["reply_to_message"] = replied_to.model_copy(update={"from_user": UNKNOWN})
    if message.text and message.text[-1] in REPLY_CALLBACK_SYMBOLS and not _is_press(message.text):
        changes["text"] = message.text.rstrip(REPLY_CALLBACK_SYMBOLS)
    if not changes:
        return update
    kind = "message" if update.message else "business_message"
    return update.model_copy(update={kind: message.model_copy(update=changes)})


def _is_press(text: str) -> bool:
    try:
        _, data = split_reply_callback(text)
    except UnicodeDecodeError:
        return False
    return CB_SEP in (data or "")
