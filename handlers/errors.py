"""Answers updates that failed."""

from collections.abc import Mapping
from html import escape
from typing import Any

import structlog
from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.enums import ChatType
from aiogram.methods import EditMessageReplyMarkup, SendMessage
from aiogram.types import CallbackQuery, Chat, TelegramObject, Update, User
from aiogram_dialog.api.entities import DEFAULT_STACK_ID
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from durable_dialogs import (
    AwayError,
    EndedError,
    NotOfferedError,
    UnitOfWork,
    UnsentError,
    carries,
    note_forged,
)
from locales import Catalog, Texts
from widgets.access import ANONYMOUS
from widgets.notice import Notice
from widgets.presses import lasting

log = structlog.get_logger(__name__)


async def answer_error(
    error: Exception, update: Update, data: dict[str, Any], unit: UnitOfWork
) -> None:
    """Answer an update whose handler raised; see `durable_dialogs.update.middleware.OnError`.

    Args:
        error: What was raised.
        update: The update.
        data: The middlewares' data.
        unit: A unit of work that saves nothing; it takes the answers.
    """
    if isinstance(error, UnsentError):
        _say_unsent(update, data, unit)
        return
    try:
        await _answer(error, update, data, unit)
    except AwayError as away:
        await _answer(away, update, data, unit)
    except Exception:
        log.exception("answer_failed")
        texts: Texts = data["texts"]
        unit.answer(texts("notice-error"), alert=True)


async def _answer(error: Exception, update: Update, data: dict[str, Any], unit: UnitOfWork) -> None:
    texts: Texts = data["texts"]
    query, message = update.callback_query, update.message
    if checkout := update.pre_checkout_query or update.shipping_query:
        unit.call(checkout.answer(ok=False, error_message=_words(error, texts)))
    if update.inline_query:
        unit.call(update.inline_query.answer([], cache_time=0, is_personal=True))
    match error:
        case Notice() | NotOfferedError():
            unit.answer(_words(error, texts), alert=isinstance(error, Notice) and error.alert)
            if message:
                unit.call(message.reply(_words(error, texts)))
        case OutdatedIntent() | EndedError() if query:
            closed = isinstance(error, EndedError)
            await answer_stale(query, data, unit, error.stack_id, closed=closed)
        case UnknownIntent() if query:
            note_forged(query, query.data)
            await answer_stale(query, data, unit, _own_stack(data))
        case AwayError():
            log.warning("update_not_counted", error=str(error))
            unit.answer(_words(error, texts))
            if message:
                unit.call(message.answer(_words(error, texts)))
        case _:
            log.error("update_failed", exc_info=error)
            unit.answer(texts("notice-error"), alert=True)
            if message:
                # Somebody who tries again here would pay twice.
                key = "payment-failed" if message.successful_payment else "notice-error"
                unit.call(message.answer(texts(key)))


def _say_unsent(update: Update, data: dict[str, Any], unit: UnitOfWork) -> None:
    """Say that the bot may not write in a group: as the answer to a press, or in private."""
    person: User = data["event_from_user"]
    chat: Chat = data["event_chat"]
    texts: Texts = data["texts"]
    if update.callback_query:
        unit.answer(texts("notice-unsent"), alert=True)
    elif person.id not in ANONYMOUS:
        title = escape(chat.title or "", quote=False)
        text = texts("notice-unsent-in", chat=title)
        unit.call(SendMessage(chat_id=person.id, text=text))


def _words(error: Exception, texts: Texts) -> str:
    match error:
        case Notice():
            return texts(error.key, **error.arguments)
        case NotOfferedError():
            return texts("notice-not-offered")
        case AwayError():
            return texts("notice-away")
        case _:
            return texts("notice-error")


async def spare(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """Answer "try again in a moment" if the database is away; a middleware of updates.

    Otherwise the engine would retry the update, and each retry would wait for the database
    to time out while all later taps of the chat wait behind it.

    Raises:
        Notice: The database is away.
    """
    try:
        return await handler(event, data)
    except (OperationalError, PoolTimeoutError) as error:
        log.warning("database_away", error=type(error).__name__)
        raise Notice("notice-away") from error


async def answer_stale(
    query: CallbackQuery,
    data: dict[str, Any],
    unit: UnitOfWork,
    stack_id: str,
    *,
    closed: bool = False,
) -> None:
    """Answer a press on a window that its dialog no longer shows.

    If the message shows another window now, that window is drawn again: the press was the
    second of a double tap, or an edit was lost. Otherwise the person is told that the
    message is no longer active, and its keyboard is removed.

    Args:
        query: The press.
        data: The middlewares' data.
        unit: Takes the answer and the calls.
        stack_id: The stack that may have moved to another window.
        closed: Whether that window is the last one, which has no buttons.
    """
    texts: Texts = data["texts"]
    message = query.message
    shown = await unit.message_of(stack_id, data.get("event_thread_id"))
    lives = message is not None and message.message_id == shown
    foreign = stack_id.startswith("<") and stack_id != _own_stack(data)
    if closed or not lives:
        unit.answer(texts("notice-ended"), alert=True)
    elif foreign:
        unit.answer(texts("notice-foreign"))
    if lives:
        if not foreign:
            unit.redraws.append(stack_id)
    # A press with forged data must not remove the keyboard of an active message.
    elif message is not None and carries(message, query.data):
        unit.call(
            EditMessageReplyMarkup(
                chat_id=message.chat.id,
                message_id=message.message_id,
                reply_markup=lasting(message),
            )
        )


def _own_stack(data: dict[str, Any]) -> str:
    """Give the id of the stack with the person's menu, as aiogram-dialog's `StorageProxy` does."""
    chat: Chat = data["event_chat"]
    person: User = data["event_from_user"]
    return DEFAULT_STACK_ID if chat.type == ChatType.PRIVATE else f"<{person.id}>"


def tell_unread(catalog: Catalog, content: Mapping[str, Any]) -> str:
    """Give what to tell a person whose update can't be read, in the language of their client.

    Args:
        catalog: The texts of all languages.
        content: The update's content as JSON, of any shape.
    """
    person = content.get("from")
    language = person.get("language_code") if isinstance(person, Mapping) else None
    return catalog.speak(language if isinstance(language, str) else None)("notice-unread")
