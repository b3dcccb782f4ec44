"""Automatic answers to presses outside of dialogs."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.dispatcher.flags import get_flag
from aiogram.types import TelegramObject
from aiogram.utils.callback_answer import CallbackAnswerMiddleware

from durable_dialogs import UnitOfWork


class AnswerMiddleware(CallbackAnswerMiddleware):
    """aiogram's `CallbackAnswerMiddleware`, with the answer after the commit.

    Handlers get `callback_answer` and set what is told; the flag of that name says it
    beforehand. The library would answer as soon as the handler is done, or even if it
    has failed: before the press counts, and again each time that it is tried again.
    For that reason there is no `pre` here.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Pass a press on, and note its answer; see `BaseMiddleware`."""
        answer = self.construct_callback_answer(get_flag(data, "callback_answer"))
        data["callback_answer"] = answer
        result = await handler(event, data)
        if not answer.disabled:
            transaction: UnitOfWork = data["transaction"]
            transaction.answer(
                answer.text,
                alert=bool(answer.show_alert),
                url=answer.url,
                cache_time=answer.cache_time,
            )
        return result
