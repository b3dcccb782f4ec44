"""Answering presses: in the response to a webhook request, or by a call."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiogram.methods import AnswerCallbackQuery
from aiogram.types import Update

from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.state.update_data import IN_RESPONSE
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently

OnError = Callable[[Exception, Update, dict[str, Any], UnitOfWork], Awaitable[None]]
"""Answers for an update that failed.

Gets the error, the update, the middlewares' data, and a unit of work to answer in. That unit of
work is not committed.
"""


def answer_to(update: Update, unit: UnitOfWork) -> AnswerCallbackQuery | None:
    """Return the answer to a press; None if it is no press, or a handler has answered it."""
    query, reply = update.callback_query, unit.reply
    if query is None or any(isinstance(method, AnswerCallbackQuery) for method in unit.methods):
        return None
    return query.answer(
        text=reply.text,
        show_alert=reply.alert or None,
        url=reply.url,
        cache_time=reply.cache_time,
    )


async def say(
    answer: AnswerCallbackQuery | None, data: dict[str, Any], *, in_response: bool
) -> None:
    """Answer a press.

    Args:
        answer: The answer, None for none.
        data: The middlewares' data.
        in_response: Whether the response to the webhook request can carry the answer, if there is
            one. Else the answer is a call.
    """
    response = data.get(IN_RESPONSE)
    if answer is None:
        return
    if response is not None and in_response:
        response.append(answer)
    else:
        # A task, so that drawing starts first: a person who presses again at once finds the new
        # window.
        await start(patiently(partial(data["bot"], answer)), awaited=True)
