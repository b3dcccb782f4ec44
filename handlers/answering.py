"""Answers presses on typed callbacks and games through the unit of work, after the commit."""

from typing import Any

from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.dispatcher.flags import get_flag
from aiogram.types import TelegramObject
from aiogram.utils.callback_answer import CallbackAnswerMiddleware

from durable_dialogs import UnitOfWork


class AnswerMiddleware(CallbackAnswerMiddleware):
    """aiogram's `CallbackAnswerMiddleware`, but it answers after the commit.

    Handlers get `callback_answer` and set what the answer says. The flag of the same name
    gives the defaults. aiogram's own class answers when the handler returns or fails: that is
    before the press counts, and once more for each retry. `pre` has no effect here for the
    same reason.
    """

    async def __call__(
        self,
        handler: NextMiddlewareType[TelegramObject],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> object:
        """Call the handler, then add its answer to the unit of work; see `BaseMiddleware`."""
        answer = self.construct_callback_answer(get_flag(data, "callback_answer"))
        data["callback_answer"] = answer
        result = await handler(event, data)
        if not answer.disabled:
            unit: UnitOfWork = data["unit"]
            unit.answer(
                answer.text,
                alert=bool(answer.show_alert),
                url=answer.url,
                cache_time=answer.cache_time,
            )
        return result
