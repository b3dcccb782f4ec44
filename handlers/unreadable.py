"""Answers updates that can't be read."""

from collections.abc import Mapping
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    AnswerInlineQuery,
    AnswerPreCheckoutQuery,
    AnswerShippingQuery,
    TelegramMethod,
)

from locales import Catalog


def refuse_unread(
    catalog: Catalog, kind: str, content: Mapping[str, Any]
) -> TelegramMethod[Any] | None:
    """Make the answer to an update that can't be read; see `durable_dialogs.intake.intake.Refuse`.

    Args:
        catalog: The texts of all languages.
        kind: The type of the update, such as `callback_query`.
        content: Its content as JSON, of any shape.

    Returns:
        The call that answers it, None if no person waits for an answer.
    """
    query_id, person = content.get("id"), content.get("from")
    if not isinstance(query_id, str):
        return None
    language = person.get("language_code") if isinstance(person, Mapping) else None
    text = catalog.speak(language if isinstance(language, str) else None)("notice-unread")
    match kind:
        case "callback_query":
            return AnswerCallbackQuery(callback_query_id=query_id, text=text, show_alert=True)
        case "pre_checkout_query":
            return AnswerPreCheckoutQuery(
                pre_checkout_query_id=query_id, ok=False, error_message=text
            )
        case "shipping_query":
            return AnswerShippingQuery(shipping_query_id=query_id, ok=False, error_message=text)
        case "inline_query":
            return AnswerInlineQuery(
                inline_query_id=query_id, results=[], cache_time=0, is_personal=True
            )
    return None
