"""The way of an update: turn, transaction, commit, and only then what people see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot, Dispatcher
from aiogram.dispatcher.event.bases import CancelHandler, SkipHandler
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate, NewMessage
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent, UnknownState

from fsm.calls import patiently
from fsm.flood import FloodGate
from fsm.foreground import redraw
from fsm.guard import without_marks
from fsm.keys import ChatKeys, inline_message_of, place_of_record, stack_id_of
from fsm.offers import Offers
from fsm.outbox import Outbox
from fsm.outcome import INLINE_TARGET, AlreadyDoneError, Answer, Drawing, Outcome, Refusal
from fsm.place import Place, chat_of, place_of
from fsm.renderer import Renderer
from fsm.store import AwayError, DialogStore, UnclearError
from fsm.transaction import Transaction
from fsm.undrawn import Undrawn
from fsm.windows import Windows
from metrics import REDONE, begin

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
OnError = Callable[[Exception, Update, dict[str, Any], Transaction], Awaitable[None]]
"""Answers for an update that failed, by a transaction that saves nothing."""

InlineWindow = Callable[[Mapping[str, Any]], Awaitable[NewMessage]]
"""Gives what a message that was sent through inline mode shows, from its state."""

IN_RESPONSE = "in_response"
"""Where the middleware's data may hold a list: for the one method of the Bot API
that the answer to a webhook request may carry."""

TRIES = 20
"""How often an update is done again because others were faster."""
FAILURES = 3
"""How often an update may fail; then it is given up."""
PAUSE = 0.5
"""Seconds before Redis is asked again about a commit that it may have made."""

begin(REDONE, ("conflict", "unclear", "away", "failure"))

log = structlog.get_logger(__name__)

_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


class ContentionError(Exception):
    """Others were faster too often."""


class TransactionMiddleware(BaseMiddleware):
    """Carries every update out in a transaction; an outer middleware of updates.

    Handlers find the transaction as `transaction`, and what windows offer as `offers`.
    A method of the Bot API that a handler returns is called after the commit.

    Args:
        store: The open dialogs.
        outbox: Takes what must leave Redis.
        renderer: Draws windows.
        undrawn: Remembers which windows are still to be drawn.
        windows: Remembers which windows people have open.
        on_error: Answers for an update that failed.
        inline_window: Gives what an inline message shows, from its state.
    """

    def __init__(  # noqa: PLR0913 - the parts of fsm/, put together once
        self,
        store: DialogStore,
        outbox: Outbox,
        renderer: Renderer,
        undrawn: Undrawn,
        windows: Windows,
        *,
        on_error: OnError,
        inline_window: InlineWindow,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._renderer = renderer
        self._undrawn = undrawn
        self._windows = windows
        self._on_error = on_error
        self._inline_window = inline_window
        self._offers = Offers()
        self._turns: WeakValueDictionary[ChatKeys, asyncio.Lock] = WeakValueDictionary()
        self._flood_gate = FloodGate()
        self._is_stopping = False

    async def __call__(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> Outcome:
        """Carry an update out, and tell what has become of it; see `BaseMiddleware`."""
        outer = _current.get()
        if outer is not None and outer.open:
            # A stack that another update works in besides its own: one transaction.
            await handler(event, _with(outer, data))
            return Outcome.DONE
        update = without_marks(cast("Update", event))
        chat = chat_of(update, data)
        await self._flood_gate.wait(data.get("event_from_user"))
        records: list[str] = []
        try:
            # Named here, as the dictionary holds the turn only while somebody does.
            turn = self._turns.setdefault(chat, asyncio.Lock())
            async with turn:
                transaction = await self._carry_out(handler, update, data, chat)
                follows = self._draw(transaction, data["event_from_user"].id)
        except AlreadyDoneError as repeated:
            transaction, follows = Transaction(self._store, chat), True
            transaction.outcome = Outcome.REPEATED
            records = repeated.records
        for sequel in transaction.sequels:
            sequel()
        if not await self._outbox.send(chat, transaction.outbox):
            transaction.reply = transaction.undelivered_reply
        elif not follows and transaction.reply == Answer():
            transaction.reply = transaction.late_reply
        await _call(transaction, update, data)
        for stack_id in transaction.redraws:
            await redraw(data["dispatcher"], data["bot"], place_of(data), stack_id)
        for record in records:
            await self.redraw(data["dispatcher"], data["bot"], record, place_of(data))
        return transaction.outcome

    async def redraw(self, dispatcher: Dispatcher, bot: Bot, record: str, place: Place) -> None:
        """Have a record's window drawn again as it stands.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
            bot: Whose window it is.
            record: The record.
            place: Where the window stands, and whose it is.
        """
        inline_message_id = inline_message_of(record)
        if inline_message_id is None:
            # An update may be of another topic, or of a message too old to tell its own.
            there = replace(place, thread_id=place_of_record(record)[1])
            await redraw(dispatcher, bot, there, stack_id_of(record))
            return
        chat = ChatKeys(bot.id, inline_message_id)
        transaction = Transaction(self._store, chat)
        # In turn, as a press meanwhile would be drawn first and then drawn over.
        turn = self._turns.setdefault(chat, asyncio.Lock())
        async with turn:
            if state := await transaction.state():
                transaction.drawings.append(await self._inline_drawing(record, state))
                self._draw(transaction, place.user_id)

    async def _inline_drawing(self, record: str, state: Mapping[str, Any]) -> Drawing:
        inline_message_id = inline_message_of(record) or ""
        return Drawing(record, inline_message_id, await self._inline_window(state), INLINE_TARGET)

    def stop(self) -> None:
        """Tell nobody any more to try again: what is not done comes again after the next start."""
        self._is_stopping = True

    async def _carry_out(
        self, handler: Handler, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> Transaction:
        conflicts, failures, unclear = 0, 0, False
        while conflicts < TRIES:
            transaction = Transaction(self._store, chat, _id(update))
            try:
                await self._handle(handler, update, data | {"offers": self._offers}, transaction)
                if await self._commit(transaction, chat, data) and not transaction.is_reset:
                    return transaction
                conflicts += 1
                REDONE.labels("conflict").inc()
            except AlreadyDoneError:
                log.info("update_repeated")
                raise
            except UnclearError as error:
                # Done again, the update finds its mark, or the records as they were.
                log.warning("commit_unclear", error=str(error))
                unclear = True
                REDONE.labels("unclear").inc()
                await asyncio.sleep(PAUSE)
            except AwayError as error:
                if not unclear and not self._is_stopping and not _has_happened(update):
                    return await self._answer(error, update, data, chat, Outcome.AWAY)
                REDONE.labels("away").inc()
                await asyncio.sleep(PAUSE)
            except (Refusal, UnknownIntent, OutdatedIntent) as error:
                return await self._answer(error, update, data, chat, Outcome.REFUSED)
            except Exception as error:  # noqa: BLE001 - whatever it was, the person is answered
                failures += 1
                if failures == FAILURES:
                    return await self._answer(error, update, data, chat, Outcome.FAILED)
                REDONE.labels("failure").inc()
        return await self._answer(ContentionError(), update, data, chat, Outcome.FAILED)

    async def _commit(self, transaction: Transaction, chat: ChatKeys, data: dict[str, Any]) -> bool:
        changed = transaction.changed
        transaction.drawings += [
            await self._inline_drawing(record.key, record.stack)
            for record in changed
            if inline_message_of(record.key)
        ]
        person_id = data["event_from_user"].id
        for record in changed:
            if record.is_new:
                record.owner = transaction.opener or person_id
        # The last drawing of a record tells whether it can be pressed.
        drawn = {
            drawing.record: drawing.content is not None and drawing.content.reply_markup is not None
            for drawing in transaction.drawings
        }
        with self._store.watched(unclear=AwayError):
            await self._outbox.announce(chat, transaction.outbox)
            if transaction.speaks_anew:
                others = await self._windows.of(person_id)
                for record in changed:
                    others.pop(record.key, None)
                await self._undrawn.renew(others)
        jobs: list[Awaitable[object]] = []
        if changed and drawn:
            place = place_of(data)
            opened = [record for record in changed if drawn.get(record.key)]
            jobs.append(self._windows.note(opened, place))
            jobs.append(self._undrawn.announce(drawn, place, transaction.moves_until))
        if not self._store.in_order:
            # On a cluster what is announced is elsewhere, and may fail where the commit does not.
            with self._store.watched(unclear=AwayError):
                await asyncio.gather(*jobs)
            jobs.clear()
        *_, done = await asyncio.gather(*jobs, transaction.commit(changed), return_exceptions=True)
        if isinstance(done, BaseException):
            raise done
        if not done:
            return False
        for record in changed:
            self._undrawn.committed(record.key, record.version)
        await self._windows.close(record for record in changed if drawn.get(record.key) is False)
        return True

    def _draw(self, transaction: Transaction, person_id: int) -> bool:
        """Have everything drawn; tell whether all of it follows soon."""
        follows = True
        for drawing in transaction.drawings:
            version = transaction.version_of(drawing.record)
            self._offers.note(drawing, version, person_id)
            follows &= self._renderer.add(drawing, version)
        return follows

    async def _answer(
        self,
        error: Exception,
        update: Update,
        data: dict[str, Any],
        chat: ChatKeys,
        outcome: Outcome,
    ) -> Transaction:
        transaction = Transaction(self._store, chat)
        transaction.outcome = outcome
        await self._on_error(error, update, data, transaction)
        return transaction

    async def _handle(
        self, handler: Handler, update: Update, data: dict[str, Any], transaction: Transaction
    ) -> None:
        token = _current.set(transaction)
        try:
            result = await handler(update, _with(transaction, data))
            if isinstance(result, TelegramMethod):
                transaction.call(result)
        except (SkipHandler, CancelHandler):
            pass
        except UnknownState as error:
            # Of an older version of the bot. Nobody can go on in that stack,
            # and while it stands nothing else can be done there.
            log.warning("states_group_unknown", error=str(error))
            transaction.reset()
        finally:
            transaction.open = False
            _current.reset(token)


def _with(transaction: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "transaction": transaction, "fsm_storage": transaction}


def _id(update: Update) -> int | None:
    return None if isinstance(update, DialogUpdate) else update.update_id


def _has_happened(update: Update) -> bool:
    """Tell whether an update tells of what can't be tried again: money has changed hands."""
    message = update.message
    return message is not None and bool(message.successful_payment or message.refunded_payment)


async def _call(transaction: Transaction, update: Update, data: dict[str, Any]) -> None:
    """Answer a press, and call what else is to be called."""
    bot, methods = cast("Bot", data["bot"]), transaction.methods
    query = update.callback_query
    if query and not any(isinstance(method, AnswerCallbackQuery) for method in methods):
        reply = transaction.reply
        answer = query.answer(
            text=reply.text,
            show_alert=reply.alert or None,
            url=reply.url,
            cache_time=reply.cache_time,
        )
        if (in_response := data.get(IN_RESPONSE)) is not None:
            in_response.append(answer)
        else:
            methods = [answer, *methods]
    await asyncio.gather(*(patiently(partial(bot, method)) for method in methods))
