"""Removes from messages what aiogram-dialog would mistake for a press."""

from typing import Any, cast

from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.types import TelegramObject, Update
from aiogram_dialog.utils import REPLY_CALLBACK_SYMBOLS


async def remove_reply_marks(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """A middleware of updates that removes what looks like a press from messages.

    aiogram-dialog handles a reply to a window, even a command, in that window's stack. It also
    reads invisible characters at the end of a text as a press of a reply button. Tally uses
    neither.
    """
    return await handler(without_marks(cast("Update", event)), data)


def without_marks(update: Update) -> Update:
    """Give the same update, or a copy without the marks."""
    message = update.message
    if message is None:
        return update
    changes: dict[str, object] = {}
    replied_to = message.reply_to_message
    if replied_to and replied_to.reply_markup:
        changes["reply_to_message"] = replied_to.model_copy(update={"reply_markup": None})
    if message.text and message.text[-1] in REPLY_CALLBACK_SYMBOLS:
        changes["text"] = message.text.rstrip(REPLY_CALLBACK_SYMBOLS)
    if not changes:
        return update
    return update.model_copy(update={"message": message.model_copy(update=changes)})
