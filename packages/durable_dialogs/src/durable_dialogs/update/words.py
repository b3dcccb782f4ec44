"""What the engine says to people if the bot does not say it itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram.methods import (
    EditMessageReplyMarkup,
)
from aiogram.types import CallbackQuery, Message, Update
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent

from durable_dialogs.state.location import business_in
from durable_dialogs.state.outcome import (
    EndedError,
    NotOfferedError,
    Outcome,
    Refusal,
    UnsentError,
)
from durable_dialogs.state.store import AwayError
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.hooks import OnError, is_payment
from durable_dialogs.update.presses import offered_by

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """The texts, each at most 200 characters.

    Attributes:
        away: Redis can't be used at the moment, and nothing has changed.
        failed: The update could not be done, and nothing has changed.
        paid: A payment, or a refund, has happened, but what should follow could not be done.
        ended: The message's dialog has ended.
        not_offered: The window does not offer the button.
        unsent: The bot may not write in the chat.
    """

    away: str = "Please try again in a moment."
    failed: str = "Something went wrong, and nothing has changed."
    paid: str = "Something went wrong, but the payment is noted and will be looked into."
    ended: str = "This message is no longer active."
    not_offered: str = "This button is not available."
    unsent: str = "I may not write messages here."

    async def answer(
        self, error: Exception, update: Update, data: dict[str, Any], unit: UnitOfWork
    ) -> None:
        """Answer an update that failed; see `OnError`."""
        query = update.callback_query
        stale = error.stack_id if isinstance(error, OutdatedIntent | EndedError) else ""
        match error:
            case OutdatedIntent() | EndedError() | UnknownIntent() if query:
                try:
                    await self._answer_stale(query, stale, data, unit)
                except AwayError:
                    text = self.away
                else:
                    return
            case OutdatedIntent() | EndedError() | UnknownIntent():
                text = self.ended
            case NotOfferedError():
                text = self.not_offered
            case UnsentError():
                text = self.unsent
            case AwayError() if not is_payment(update):
                text = self.away
            case Refusal() if str(error):
                text = str(error)
            case _:
                log.error("update_failed", exc_info=error)
                text = self.paid if is_payment(update) else self.failed
        _say(text, update, unit, by_message=not isinstance(error, UnsentError))

    def answer_plainly(self, update: Update, unit: UnitOfWork) -> None:
        """Answer an update that failed, without Redis and without the bot's own code."""
        text = self.away if unit.outcome is Outcome.AWAY else self.failed
        _say(self.paid if is_payment(update) else text, update, unit)

    async def _answer_stale(
        self, query: CallbackQuery, stack_id: str, data: dict[str, Any], unit: UnitOfWork
    ) -> None:
        """Answer a press on a window that its dialog no longer shows.

        If the message shows another window of the dialog, that window is drawn again: the press
        was the second of a double tap.
        """
        message = query.message
        business = business_in(data)
        shown = await unit.message_of(stack_id, data.get("event_thread_id"), business)
        if message and message.message_id == shown:
            unit.redraws.append(stack_id)
            return
        unit.answer(self.ended, alert=True)
        # A press with forged data must not remove the keyboard of an active message.
        if isinstance(message, Message) and query.data in offered_by(message.reply_markup):
            unit.call(
                EditMessageReplyMarkup(
                    chat_id=message.chat.id,
                    message_id=message.message_id,
                    business_connection_id=business,
                )
            )

    def tell_unread(self, _content: Mapping[str, Any]) -> str:
        """Return what to tell a person whose update can't be read; see `TellUnread`."""
        return self.failed


def _say(text: str, update: Update, unit: UnitOfWork, *, by_message: bool = True) -> None:
    """Answer an update with a text, whatever its kind."""
    unit.answer(text, alert=True)
    if (message := update.message or update.business_message) and by_message:
        unit.call(message.answer(text, parse_mode=None))
    if update.inline_query:
        unit.call(update.inline_query.answer([], cache_time=0, is_personal=True))
    if checkout := update.pre_checkout_query or update.shipping_query:
        unit.call(checkout.answer(ok=False, error_message=text))


def with_fallback(on_error: OnError, words: Words) -> OnError:
    """Return what answers with some words if `on_error` fails itself.

    It may need Redis, for example. Without an answer, a press would seem to do nothing.
    """

    async def answer(
        error: Exception, update: Update, data: dict[str, Any], unit: UnitOfWork
    ) -> None:
        try:
            await on_error(error, update, data, unit)
        except Exception:
            log.exception("on_error_failed", cause=type(error).__name__)
            unit.withdraw()
            words.answer_plainly(update, unit)

    return answer
