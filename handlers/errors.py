"""What is answered when an update can't be carried out."""

from typing import Any

import structlog
from aiogram.enums import ChatType
from aiogram.methods import EditMessageReplyMarkup
from aiogram.types import CallbackQuery, Message, Update
from aiogram_dialog.api.entities import DEFAULT_STACK_ID
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent

from fsm.transaction import Transaction
from locales import Texts
from widgets.notice import Ended, Notice

log = structlog.get_logger(__name__)


async def answer_error(
    error: Exception, update: Update, data: dict[str, Any], transaction: Transaction
) -> None:
    """Answer for an update that failed; see `fsm.middleware.OnError`."""
    texts: Texts = data["texts"]
    query = update.callback_query
    match error:
        case Notice():
            transaction.answer(texts(error.key, **error.arguments), alert=error.alert)
        case UnknownIntent() | OutdatedIntent() | Ended() if query:
            await answer_stale(query, data, transaction)
        case _:
            log.error("update_failed", update=update.update_id, exc_info=error)
            transaction.answer(texts("notice-error"), alert=True)
            if update.message:
                transaction.call(update.message.answer(texts("notice-error")))


async def answer_stale(
    query: CallbackQuery, data: dict[str, Any], transaction: Transaction
) -> None:
    """Answer a press on a window that has ended, and take its keyboard off.

    A button of a window that was replaced on a message which lives on (the second
    tap of a double one, say) is answered without a word: the message is right.
    """
    message = query.message
    if message and await _shows_own_menu(message.message_id, data, transaction):
        return
    texts: Texts = data["texts"]
    transaction.answer(texts("notice-ended"), alert=True)
    # Made-up data must not take the keyboard off a message that is alive.
    if isinstance(message, Message) and _carries(message, query.data):
        transaction.call(
            EditMessageReplyMarkup(chat_id=message.chat.id, message_id=message.message_id)
        )


async def _shows_own_menu(message_id: int, data: dict[str, Any], transaction: Transaction) -> bool:
    person, chat = data["event_from_user"], data["event_chat"]
    stack_id = DEFAULT_STACK_ID if chat.type == ChatType.PRIVATE else f"<{person.id}>"
    return message_id == await transaction.message_of(stack_id, data.get("event_thread_id"))


def _carries(message: Message, callback_data: str | None) -> bool:
    keyboard = message.reply_markup.inline_keyboard if message.reply_markup else []
    return any(button.callback_data == callback_data for row in keyboard for button in row)
