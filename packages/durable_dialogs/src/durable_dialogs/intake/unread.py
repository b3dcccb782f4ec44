"""Answering a person whose update can't be read."""

from collections.abc import Callable, Mapping
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerInlineQuery,
    AnswerPreCheckoutQuery,
    AnswerShippingQuery,
    TelegramMethod,
)

TellUnread = Callable[[Mapping[str, Any]], str]
"""Returns what to tell the person. Gets the update's content as JSON, of any shape."""


def answer_unread(
    kind: str, content: Mapping[str, Any], tell: TellUnread
) -> TelegramMethod[Any] | None:
    """Return the call that answers an update that can't be read.

    Args:
        kind: The kind of the update, such as `callback_query`.
        content: Its content as JSON, of any shape.
        tell: Returns the text.

    Returns:
        None if no person waits for an answer, or the content does not tell which person.
    """
    query_id = content.get("id")
    if not isinstance(query_id, str):
        return None
    match kind:
        case "callback_query":
            return AnswerCallbackQuery(
                callback_query_id=query_id, text=tell(content), show_alert=True
            )
        case "pre_checkout_query":
            return AnswerPreCheckoutQuery(
                pre_checkout_query_id=query_id, ok=False, error_message=tell(content)
            )
        case "shipping_query":
            return AnswerShippingQuery(
                shipping_query_id=query_id, ok=False, error_message=tell(content)
            )
        case "inline_query":
            return AnswerInlineQuery(
                inline_query_id=query_id, results=[], cache_time=0, is_personal=True
            )
    return None
