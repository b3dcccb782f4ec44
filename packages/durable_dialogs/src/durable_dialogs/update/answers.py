"""Answering presses: with the response to a webhook request, or by a call."""

from functools import partial
from typing import Any

from aiogram.methods import AnswerCallbackQuery
from aiogram.types import Update

from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.state.update_data import IN_RESPONSE
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently


def answer_to(update: Update, transaction: UnitOfWork) -> AnswerCallbackQuery | None:
    """Give the answer to a press, None where it is none or a handler has answered."""
    query, reply = update.callback_query, transaction.reply
    if query is None or any(
        isinstance(method, AnswerCallbackQuery) for method in transaction.methods
    ):
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
    """Answer a press: with the response to a webhook request, if it can go now, or by a call."""
    response = data.get(IN_RESPONSE)
    if answer is None:
        return
    if response is not None and in_response:
        response.append(answer)
    else:
        # A task, as what is drawn is to be on its way first: who presses on at once finds it.
        await start(patiently(partial(data["bot"], answer)), awaited=True)
