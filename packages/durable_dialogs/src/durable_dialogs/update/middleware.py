"""The way of an update: turn, transaction, commit, and only then what people see."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot, Dispatcher
from aiogram.dispatcher.event.bases import CancelHandler, SkipHandler
from aiogram.enums import ChatType
from aiogram.methods import TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent, UnknownState

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.foreground import NotDrawnError, redraw
from durable_dialogs.state.keeping import Keeping
from durable_dialogs.state.keys import ChatKeys, inline_message_of, location_of_record, stack_id_of
from durable_dialogs.state.location import Location, chat_of, location_of
from durable_dialogs.state.outcome import (
    AlreadyDoneError,
    NotKnownYetError,
    Outcome,
    Refusal,
    UnsentError,
)
from durable_dialogs.state.store import AwayError, DialogStore, LostError, UnclearError
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.state.update_data import IN_RESPONSE, IS_KEPT, KEEPING
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telegram.topics import call
from durable_dialogs.telemetry import telemetry
from durable_dialogs.update.answers import answer_to, say
from durable_dialogs.update.commits import Commits
from durable_dialogs.update.nested import Nested, within
from durable_dialogs.update.offered_buttons import OfferedButtons
from durable_dialogs.update.reply_marks import without_marks

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
OnError = Callable[[Exception, Update, dict[str, Any], UnitOfWork], Awaitable[None]]
"""Answers for an update that failed, by a transaction that saves nothing."""

TRIES = 20
"""How often an update is done again because others were faster."""
FAILURES = 3
"""How often an update may fail; then it is given up."""
QUESTIONS = 5
"""How often something may have to be asked before an update can go on; then it is given up."""
SOON = 0.3
"""Seconds in which what else is to be done holds up an answer that goes with the response."""
PAUSE = 0.5
"""Seconds before Redis is asked again about a commit that it may have made."""

log = structlog.get_logger(__name__)

_current: ContextVar[UnitOfWork | None] = ContextVar("transaction", default=None)


class ContentionError(Exception):
    """Others were faster too often, or what was asked was forgotten again."""


class UnitOfWorkMiddleware(BaseMiddleware):
    """Carries every update out in a transaction; an outer middleware of updates.

    Handlers find the transaction as `transaction`, and what windows offer as `offers`.
    A method of the Bot API that a handler returns is called after the commit.

    Args:
        store: The open dialogs.
        commits: Takes transactions to Redis, and on to what people see.
        outbox: Delivers what must leave Redis.
        offers: Remembers what windows offer.
        on_error: Answers for an update that failed.

    Attributes:
        nested: What updates have dialogs do besides.
    """

    def __init__(
        self,
        store: DialogStore,
        commits: Commits,
        outbox: Outbox,
        offers: OfferedButtons,
        on_error: OnError,
    ) -> None:
        self._store = store
        self._commits = commits
        self._outbox = outbox
        self._offers = offers
        self._on_error = on_error
        self._turns: WeakValueDictionary[ChatKeys, asyncio.Lock] = WeakValueDictionary()
        self.nested = Nested(self)
        self._is_stopping = False

    async def __call__(
        self, handler: Handler, event: TelegramObject, data: dict[str, Any]
    ) -> Outcome:
        """Carry an update out, and tell what has become of it; see `BaseMiddleware`."""
        outer = _current.get()
        if outer and isinstance(event, DialogUpdate) and not outer.stands:
            await self.nested.carry_out(handler, event, data, outer)
            return Outcome.DONE
        update = without_marks(cast("Update", event))
        chat = chat_of(update, data)
        records: list[str] = []
        try:
            transaction, follows = await self._in_turn(handler, update, data, chat)
        except AlreadyDoneError as repeated:
            log.info("update_repeated")
            if keeping := data.get(KEEPING):
                keeping.repeat(chat.done(_id(update)))
            transaction, follows = UnitOfWork(self._store, chat), True
            transaction.outcome = Outcome.REPEATED
            records = repeated.records
        for sequel in transaction.sequels:
            sequel()
        if not await self._outbox.send(chat, transaction.outbox):
            transaction.reply = transaction.undelivered_reply
        elif not (transaction.has_reply or (follows and await self._commits.follows(transaction))):
            transaction.reply = transaction.late_reply
        await self._tell_unsent(transaction, update, data)
        answer = answer_to(update, transaction)
        if transaction.methods or transaction.redraws or records:
            others = start(self._do(transaction, data, records), awaited=True)
            if IN_RESPONSE in data:
                await asyncio.wait([others], timeout=SOON)
            await say(answer, data, in_response=others.done())
            await others
        else:
            await say(answer, data, in_response=True)
        return transaction.outcome

    async def _tell_unsent(
        self, transaction: UnitOfWork, update: Update, data: dict[str, Any]
    ) -> None:
        """Say so if the bot may not write in the group where a message was asked for."""
        if not any(drawing.asked for drawing in transaction.drawings):
            return
        if data["event_chat"].type == ChatType.PRIVATE:
            return
        told = UnitOfWork(self._store, transaction.chat)
        if update.callback_query:
            if await self._commits.is_unsent(transaction):
                await self._on_error(UnsentError(), update, data, told)
                transaction.reply = told.reply
        else:
            # Beside the chat's next updates, since nobody sees whether this one is answered.
            self.nested.begin(self._tell_privately(transaction, update, data, told))

    async def _tell_privately(
        self, transaction: UnitOfWork, update: Update, data: dict[str, Any], told: UnitOfWork
    ) -> None:
        if await self._commits.is_unsent(transaction):
            await self._on_error(UnsentError(), update, data, told)
            await self._do(told, data, [])

    async def _in_turn(
        self, handler: Handler, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> tuple[UnitOfWork, bool]:
        """Carry an update out in the chat's turn; tell whether all that it changes follows soon.

        What has to be asked first is asked between two turns, so that the chat does not wait.
        """
        # Named here, as the dictionary holds the turn only while somebody does.
        turn = self._turns.setdefault(chat, asyncio.Lock())
        pressed = update.callback_query.message if update.callback_query else None
        for questions_left in reversed(range(QUESTIONS)):
            try:
                async with turn:
                    transaction = await self._carry_out(handler, update, data, chat)
                    person_id = data["event_from_user"].id
                    return transaction, self._commits.draw(transaction, person_id, pressed)
            except NotKnownYetError as question:
                if questions_left:
                    telemetry.update_redone("question")
                    await question.ask()
        async with turn:
            error = ContentionError("what was asked is forgotten again and again")
            return await self._answer(error, update, data, chat, Outcome.FAILED), True

    async def _do(self, transaction: UnitOfWork, data: dict[str, Any], records: list[str]) -> None:
        """Call what is to be called, and draw again what may show something older."""
        bot, dispatcher, place = data["bot"], data["dispatcher"], location_of(data)
        calls = (patiently(partial(call, bot, method)) for method in transaction.methods)
        await asyncio.gather(*calls)
        try:
            for stack_id in transaction.redraws:
                await redraw(dispatcher, bot, place, stack_id)
            for record in records:
                await self.redraw(dispatcher, bot, record, place)
        except (AwayError, NotDrawnError) as error:
            # The update is done; its window is drawn by the next press, or as one left behind.
            log.warning("not_redrawn", error=str(error))

    async def redraw(self, dispatcher: Dispatcher, bot: Bot, record: str, place: Location) -> None:
        """Have a record's window drawn again as it stands.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
            bot: Whose window it is.
            record: The record.
            place: Where the window stands, and whose it is.

        Raises:
            AwayError: Redis can't be used.
            NotDrawnError: What the window is made of can't be had.
        """
        inline_message_id = inline_message_of(record)
        if inline_message_id is None:
            # An update may be of another topic, or of a message too old to tell its own.
            there = replace(place, thread_id=location_of_record(record)[1])
            await redraw(dispatcher, bot, there, stack_id_of(record))
            return
        chat = ChatKeys(bot.id, inline_message_id)
        transaction = UnitOfWork(self._store, chat)
        # In turn, as a press meanwhile would be drawn first and then drawn over.
        turn = self._turns.setdefault(chat, asyncio.Lock())
        async with turn:
            if state := await transaction.state():
                drawing = await self._commits.inline_drawing(record, state)
                transaction.drawings.append(drawing)
                await self._commits.look_after(transaction, place)
                self._commits.draw(transaction, place.user_id)

    def stop(self) -> None:
        """Tell nobody any more to try again: what is not done comes again after the next start."""
        self._is_stopping = True

    async def _carry_out(
        self, handler: Handler, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> UnitOfWork:
        conflicts, failures, unclear = 0, 0, False
        keeping: Keeping = data.get(KEEPING) or Keeping()
        while conflicts < TRIES:
            transaction = UnitOfWork(self._store, chat, _id(update), keeping)
            transaction.memory = keeping.life(update)
            try:
                if await self._try(handler, update, data, chat, transaction):
                    return transaction
                conflicts += 1
                telemetry.update_redone("conflict")
            except (AlreadyDoneError, NotKnownYetError):
                raise
            except UnclearError as error:
                # Done again, the update finds its mark, or the records as they were.
                log.warning("commit_unclear", error=str(error))
                unclear = True
                telemetry.update_redone("unclear")
                await asyncio.sleep(PAUSE)
            except (Refusal, UnknownIntent, OutdatedIntent, LostError) as error:
                return await self._answer(error, update, data, chat, Outcome.REFUSED)
            except AwayError as error:
                if not (unclear or self._is_stopping or _comes_again(update, data)):
                    return await self._answer(error, update, data, chat, Outcome.AWAY)
                telemetry.update_redone("away")
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - whatever it was, the person is answered
                failures += 1
                if failures == FAILURES:
                    return await self._answer(error, update, data, chat, Outcome.FAILED)
                telemetry.update_redone("failure")
        return await self._answer(ContentionError(), update, data, chat, Outcome.FAILED)

    async def _try(
        self,
        handler: Handler,
        update: Update,
        data: dict[str, Any],
        chat: ChatKeys,
        transaction: UnitOfWork,
    ) -> bool:
        """Carry an update out once; tell whether it is done."""
        is_done = False
        try:
            # Whatever a handler asks Redis for itself, the commit is still to come.
            with self._store.noticed(unclear=AwayError):
                await self._handle(handler, update, data | {"offers": self._offers}, transaction)
            transaction.memory = transaction.keeping.begin(update, chat.done(_id(update)))
            is_committed = await self._commit(transaction, chat, data)
            is_done = is_committed and not transaction.is_reset
            if not isinstance(update, DialogUpdate):
                transaction.drawings = [
                    replace(drawing, asked=location_of(data)) if drawing.fresh else drawing
                    for drawing in transaction.drawings
                ]
        finally:
            transaction.stands = is_done
        return is_done

    async def _commit(self, transaction: UnitOfWork, chat: ChatKeys, data: dict[str, Any]) -> bool:
        try:
            is_committed = await self._commits.make(transaction, chat, data)
        except UnclearError:
            raise  # what it comes to, the next try finds
        except BaseException:
            transaction.keeping.end()
            raise
        transaction.keeping.end(is_remembered=transaction.is_remembered)
        return is_committed

    async def _answer(
        self,
        error: Exception,
        update: Update,
        data: dict[str, Any],
        chat: ChatKeys,
        outcome: Outcome,
    ) -> UnitOfWork:
        transaction = UnitOfWork(self._store, chat)
        transaction.outcome = outcome
        await self._on_error(error, update, data, transaction)
        return transaction

    async def _handle(
        self, handler: Handler, update: Update, data: dict[str, Any], transaction: UnitOfWork
    ) -> None:
        token = _current.set(transaction)
        try:
            result = await handler(update, within(transaction, data))
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


def _id(update: Update) -> int | None:
    return None if isinstance(update, DialogUpdate) else update.update_id


def _comes_again(update: Update, data: dict[str, Any]) -> bool:
    """Tell whether nobody may be told to try again, as an update is done in any case."""
    message, is_kept = update.message, data.get(IS_KEPT)
    if message and (message.successful_payment or message.refunded_payment):
        return True  # money has changed hands
    return is_kept is not None and bool(is_kept())
