"""Removing from messages what aiogram-dialog would mistake for a press."""

from aiogram.types import Update, User
from aiogram_dialog.utils import REPLY_CALLBACK_SYMBOLS

UNKNOWN = User(id=0, is_bot=False, first_name="")
"""Stands for the unknown sender of a message, because aiogram-dialog requires one."""


def without_marks(update: Update) -> Update:
    """Remove from a message what aiogram-dialog would mistake for a press.

    aiogram-dialog handles a reply to a window, even a command, in that window's stack. It also
    reads invisible characters at the end of a text as a press of a reply button, although a person
    can type them. The engine uses neither.

    Args:
        update: Any update.

    Returns:
        The same update, or a copy without the marks.
    """
    message = update.message
    if message is None:
        return update
    changes: dict[str, object] = {}
    replied_to = message.reply_to_message
    if replied_to and (replied_to.reply_markup or replied_to.from_user is None):
        unmarked = {"reply_markup": None, "from_user": replied_to.from_user or UNKNOWN}
        changes["reply_to_message"] = replied_to.model_copy(update=unmarked)
    if message.text and message.text[-1] in REPLY_CALLBACK_SYMBOLS:
        changes["text"] = message.text.rstrip(REPLY_CALLBACK_SYMBOLS)
    if not changes:
        return update
    return update.model_copy(update={"message": message.model_copy(update=changes)})
