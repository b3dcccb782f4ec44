"""Replies to messages; they change no window."""

from aiogram.types import Message, ReplyKeyboardRemove
from aiogram_dialog import DialogManager, ShowMode

from durable_dialogs import unit_of_work
from widgets.services import texts_of
from widgets.text import fill


def answer(
    manager: DialogManager,
    message: Message,
    key: str,
    *,
    markup: ReplyKeyboardRemove | None = None,
    **arguments: str | float,
) -> None:
    """Reply to a message after the commit; the window stays as it is.

    Tally keeps nothing of the reply, so it may contain personal data.

    Args:
        manager: The manager of the update that is being handled.
        message: The message that gets the reply.
        key: The text's key.
        markup: Removes a reply keyboard.
        arguments: Values of the text's variables; strings are escaped.
    """
    text = fill(texts_of(manager), key, arguments)
    unit_of_work(manager).call(message.reply(text, reply_markup=markup))
    manager.show_mode = ShowMode.NO_UPDATE
