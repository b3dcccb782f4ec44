"""What aiogram-dialog would read into a message that nobody has pressed."""

from aiogram.types import Update, User
from aiogram_dialog.utils import REPLY_CALLBACK_SYMBOLS

NOBODY = User(id=0, is_bot=False, first_name="")
"""Who sent a message of which that is not known: aiogram-dialog asks for it in any case."""


def without_marks(update: Update) -> Update:
    """Take off a message what aiogram-dialog would take for a press.

    A reply to a window would be carried out in that window's stack, a command
    too, and invisible characters at the end of a text are read as a press of a
    reply button, whoever typed them. Tally uses neither.

    Args:
        update: Any update.

    Returns:
        The same update, or a copy without the marks.
    """
    message = update.message
    if message is None:
        return update
    changes: dict[str, object] = {}
    answered = message.reply_to_message
    if answered and (answered.reply_markup or answered.from_user is None):
        unmarked = {"reply_markup": None, "from_user": answered.from_user or NOBODY}
        changes["reply_to_message"] = answered.model_copy(update=unmarked)
    if message.text and message.text[-1] in REPLY_CALLBACK_SYMBOLS:
        changes["text"] = message.text.rstrip(REPLY_CALLBACK_SYMBOLS)
    if not changes:
        return update
    return update.model_copy(update={"message": message.model_copy(update=changes)})
