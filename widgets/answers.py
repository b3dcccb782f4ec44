"""Answers to messages, as against windows."""

from aiogram.types import Message, ReplyKeyboardRemove
from aiogram_dialog import DialogManager, ShowMode

from durable_dialogs import UnitOfWork
from locales import Texts
from widgets.text import fill


def answer(
    manager: DialogManager,
    message: Message,
    key: str,
    *,
    markup: ReplyKeyboardRemove | None = None,
    **arguments: str | float,
) -> None:
    """Reply to a message once its update has counted; the window stays as it is.

    Nothing of it is kept, so this is the way to answer what is personal.

    Args:
        manager: The manager of the update being handled.
        message: What is replied to.
        key: The text.
        markup: Takes a reply keyboard away.
        arguments: What the text shows; strings are escaped.
    """
    texts: Texts = manager.middleware_data["texts"]
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    transaction.call(message.reply(fill(texts, key, arguments), reply_markup=markup))
    manager.show_mode = ShowMode.NO_UPDATE
