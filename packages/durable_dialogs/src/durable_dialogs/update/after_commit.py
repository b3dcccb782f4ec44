"""After the commit: deliver, answer, call the Bot API, and draw again."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from aiogram.enums import ChatType
from aiogram.methods import AnswerCallbackQuery
from aiogram.types import Update

from durable_dialogs.drawing.foreground import NotDrawnError, redraw
from durable_dialogs.state.location import business_in, location_of
from durable_dialogs.state.outcome import UnsentError
from durable_dialogs.state.store import AwayError, DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.state.update_data import IN_RESPONSE
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telegram.topics import call
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.hooks import OnError
from durable_dialogs.update.incoming import Incoming
from durable_dialogs.update.nested import Nested
from durable_dialogs.update.redrawing import Redrawing

SOON = 0.3
"""Seconds that an answer in the response to a webhook request waits for what else is to be done."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AfterCommit:
    """Does what a unit of work has left to do once it is committed.

    Args:
        store: The open dialogs.
        commits: Tells which messages can't be sent.
        redrawing: Draws windows again.
        nested: Runs what no person waits for.
        on_error: Answers for a message that can't be sent.
    """

    store: DialogStore
    commits: Commits
    redrawing: Redrawing
    nested: Nested
    on_error: OnError

    async def run(
        self,
        unit: UnitOfWork,
        incoming: Incoming,
        records: list[str],
        *,
        follows: bool,
    ) -> None:
        """Deliver, answer, call and draw again.

        Args:
            unit: The unit of work, committed.
            incoming: The update that it is of.
            records: Keys of records whose windows are drawn again.
            follows: Whether the messages that it changes follow soon.
        """
        for sequel in unit.sequels:
            try:
                sequel()
            except Exception:
                log.exception("after_commit_failed")
        self.commits.outbox.begin(unit.chat, unit.background)
        if not await self.commits.outbox.send(unit.chat, unit.outbox):
            unit.reply = unit.undelivered_reply
        elif not (unit.has_reply or follows):
            unit.reply = unit.late_reply
        update, data = incoming.update, incoming.data
        await self._tell_unsent(unit, update, data)
        answer = _answer_to(update, unit)
        if unit.methods or unit.redraws or records:
            others = start(self._call_and_redraw(unit, data, records), awaited=True)
            if IN_RESPONSE in data:
                await asyncio.wait([others], timeout=SOON)
            await _say(answer, data, in_response=others.done())
            await others
        else:
            await _say(answer, data, in_response=True)

    async def _tell_unsent(self, unit: UnitOfWork, update: Update, data: dict[str, Any]) -> None:
        """Tell the person if the bot may not write in the group where they asked for a message."""
        if not any(drawing.asked for drawing in unit.drawings):
            return
        if data["event_chat"].type == ChatType.PRIVATE:
            return
        told = UnitOfWork(self.store, unit.chat)
        if update.callback_query:
            if await self.commits.is_unsent(unit):
                await self.on_error(UnsentError(), update, data, told)
                unit.reply = told.reply
        else:
            # No person waits for an answer, so the chat's next updates need not wait either.
            self.nested.begin(self._tell_privately(unit, update, data, told))

    async def _tell_privately(
        self, unit: UnitOfWork, update: Update, data: dict[str, Any], told: UnitOfWork
    ) -> None:
        if await self.commits.is_unsent(unit):
            await self.on_error(UnsentError(), update, data, told)
            await self._call_and_redraw(told, data, [])

    async def _call_and_redraw(
        self, unit: UnitOfWork, data: dict[str, Any], records: list[str]
    ) -> None:
        """Call the methods of a unit of work, then draw windows again that may be outdated."""
        bot, dispatcher, location = data["bot"], data["dispatcher"], location_of(data)
        calls = (patiently(partial(call, bot, method)) for method in unit.methods)
        await asyncio.gather(*calls)
        try:
            for stack_id in unit.redraws:
                await redraw(dispatcher, bot, location, stack_id, business_in(data))
            for record in records:
                await self.redrawing.redraw(dispatcher, bot, record, location)
        # The update is done. The next press draws its window, or it is a pending redraw.
        except (AwayError, NotDrawnError) as error:
            log.warning("not_redrawn", error=str(error))
        except Exception:
            log.exception("not_redrawn")


def _answer_to(update: Update, unit: UnitOfWork) -> AnswerCallbackQuery | None:
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


async def _say(
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
