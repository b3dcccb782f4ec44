"""An update on its way through the engine, with what belongs to it."""

from dataclasses import dataclass
from typing import Any

from aiogram.types import MaybeInaccessibleMessage, Update, User
from aiogram_dialog.api.entities import DialogUpdate
from aiogram_dialog.utils import CB_SEP, REPLY_CALLBACK_SYMBOLS, split_reply_callback

from durable_dialogs.state.keys import BotKeys, ChatKeys
from durable_dialogs.state.location import Location, chat_of, location_of
from durable_dialogs.state.retention import Retention
from durable_dialogs.state.update_data import IS_KEPT, KEPT_AS, RETENTION

UNKNOWN = User(id=0, is_bot=False, first_name="")
"""Stands for the unknown sender of a message, because aiogram-dialog requires one."""


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """An update that is carried out. Tracebacks in logs do not show what is in it.

    Attributes:
        update: The update.
        data: The middlewares' data.
        chat: The chat, or the inline message, that it belongs to.
        location: Where it is, and who sent it.
        retention: What the inbox knows about it.
        id: The number by which it is remembered, None if a dialog is only drawn by it.
    """

    update: Update
    data: dict[str, Any]
    chat: ChatKeys
    location: Location
    retention: Retention
    id: int | None

    @property
    def mark(self) -> str:
        """The key of its mark."""
        return self.chat.mark(self.id)

    @property
    def pressed(self) -> MaybeInaccessibleMessage | None:
        """The message that was pressed, None if it is no press."""
        return self.update.callback_query.message if self.update.callback_query else None

    @property
    def comes_again(self) -> bool:
        """Whether it is done in any case, so that its person must not try again."""
        is_kept = self.data.get(IS_KEPT)
        return is_kept is not None and bool(is_kept())


def incoming(update: Update, data: dict[str, Any], keys: BotKeys) -> Incoming:
    """Return an update with what belongs to it.

    Args:
        update: The update.
        data: The middlewares' data.
        keys: The bot's keys.
    """
    return Incoming(
        _mended(update) if update.message or update.business_message else update,
        data,
        chat_of(update, data, keys),
        location_of(data),
        data.get(RETENTION) or Retention(),
        data.get(KEPT_AS) if isinstance(update, DialogUpdate) else update.update_id,
    )


def _mended(update: Update) -> Update:
    """Change in a message what aiogram-dialog can't read.

    It looks at the sender of a message that is replied to, who may be unknown. It also reads
    invisible characters at the end of a text as a press of a button of a reply keyboard, although
    a person can type them.

    Args:
        update: An update with a message.

    Returns:
        The same update, or a copy.
    """
    kind = "message" if update.message else "business_message"
    message = getattr(update, kind)
    changes: dict[str, object] = {}
    replied_to = message.reply_to_message
    if replied_to and replied_to.from_user is None:
        changes["reply_to_message"] = replied_to.model_copy(update={"from_user": UNKNOWN})
    if message.text and message.text[-1] in REPLY_CALLBACK_SYMBOLS and not _is_press(message.text):
        changes["text"] = message.text.rstrip(REPLY_CALLBACK_SYMBOLS)
    if not changes:
        return update
    return update.model_copy(update={kind: message.model_copy(update=changes)})


def _is_press(text: str) -> bool:
    try:
        _, data = split_reply_callback(text)
    except UnicodeDecodeError:
        return False
    return CB_SEP in (data or "")
