"""The way of an update: turn, transaction, commit, and only then what people see."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import CancelHandler, SkipHandler
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.types import Chat, TelegramObject, Update, User
from aiogram_dialog.api.entities import DialogUpdate
from aiogram_dialog.api.exceptions import OutdatedIntent, UnknownIntent, UnknownState
from cachetools import LRUCache

from fsm.calls import patiently
from fsm.foreground import redraw
from fsm.guard import without_marks
from fsm.keys import ChatKeys, stack_id_of
from fsm.outbox import Outbox
from fsm.pace import Pace
from fsm.renderer import Renderer
from fsm.store import AwayError, DialogStore, UnclearError
from fsm.transaction import AlreadyDoneError, Refusal, Transaction
from fsm.undrawn import Place, Undrawn

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
OnError = Callable[[Exception, Update, dict[str, Any], Transaction], Awaitable[None]]
"""Answers for an update that failed, by a transaction that saves nothing."""

IN_RESPONSE = "in_response"
"""Where the middleware's data may hold a list: for the one method of the Bot API
that the answer to a webhook request may carry."""

TRIES = 20
"""How often an update is done again because others were faster."""
FAILURES = 3
"""How often an update may fail; then it is given up."""
PAUSE = 0.5
"""Seconds before Redis is asked again about a commit that it may have made."""

PERSON_PACE = partial(Pace, burst=500, rate=100)
"""Updates that one person may send at once, and in a second over time. Far more
than a person can tap, and it leaves the others room beside a script that floods."""
PEOPLE = 10_000
"""People whose pace is remembered."""

log = structlog.get_logger(__name__)

_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


class ContentionError(Exception):
    """Others were faster too often."""


class TransactionMiddleware(BaseMiddleware):
    """Carries every update out in a transaction; an outer middleware of updates.

    Handlers find the transaction as `transaction`. A method of the Bot API that a
    handler returns is called after the commit.

    Args:
        store: The open dialogs.
        outbox: Takes what must leave Redis.
        renderer: Draws windows.
        undrawn: Remembers which windows are still to be drawn.
        on_error: Answers for an update that failed.
    """

    def __init__(
        self,
        store: DialogStore,
        outbox: Outbox,
        renderer: Renderer,
        undrawn: Undrawn,
        on_error: OnError,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._renderer = renderer
        self._undrawn = undrawn
        self._on_error = on_error
        self._turns: WeakValueDictionary[ChatKeys, asyncio.Lock] = WeakValueDictionary()
        self._paces: MutableMapping[int, Pace] = LRUCache(PEOPLE)

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> None:
        """Carry an update out; see `BaseMiddleware`."""
        outer = _current.get()
        if outer is not None and outer.open:
            # A stack that another update works in besides its own: one transaction.
            await handler(event, _with(outer, data))
            return
        update = without_marks(cast("Update", event))
        chat = _chat_of(data)
        await self._slow_down(data.get("event_from_user"))
        try:
            # Named here, as the dictionary holds the turn only while somebody does.
            turn = self._turns.setdefault(chat, asyncio.Lock())
            async with turn:
                transaction = await self._carry_out(handler, update, data, chat)
                follows = self._draw(transaction)
        except AlreadyDoneError as repeated:
            transaction, follows = Transaction(self._store, chat), True
            transaction.redraws = [stack_id_of(record) for record in repeated.records]
        if not await self._outbox.send(chat, transaction.outbox):
            transaction.reply = transaction.undelivered_reply
        elif not follows and transaction.reply.text is None:
            transaction.reply = transaction.late_reply
        await _call(transaction, update, data)
        for stack_id in transaction.redraws:
            await redraw(data["dispatcher"], data["bot"], _place(data), stack_id)

    async def _slow_down(self, person: User | None) -> None:
        if person is None:
            return
        if pause := self._paces.setdefault(person.id, PERSON_PACE()).queue():
            await asyncio.sleep(pause)

    async def _carry_out(
        self, handler: Handler, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> Transaction:
        conflicts, failures, unclear = 0, 0, False
        while conflicts < TRIES:
            transaction = Transaction(self._store, chat, _id(update))
            try:
                await self._handle(handler, update, data, transaction)
                if await self._commit(transaction, chat, data) and not transaction.is_reset:
                    return transaction
                conflicts += 1
            except AlreadyDoneError:
                log.info("update_repeated", update=update.update_id)
                raise
            except UnclearError as error:
                # Done again, the update finds its mark, or the records as they were.
                log.warning("commit_unclear", error=str(error))
                unclear = True
                await asyncio.sleep(PAUSE)
            except AwayError as error:
                if not unclear:
                    return await self._answer(error, update, data, chat)
                await asyncio.sleep(PAUSE)
            except (Refusal, UnknownIntent, OutdatedIntent) as error:
                return await self._answer(error, update, data, chat)
            except Exception as error:  # noqa: BLE001 - whatever it was, the person is answered
                failures += 1
                if failures == FAILURES:
                    return await self._answer(error, update, data, chat)
        return await self._answer(ContentionError(), update, data, chat)

    async def _commit(self, transaction: Transaction, chat: ChatKeys, data: dict[str, Any]) -> bool:
        changed = transaction.changed
        drawn = {drawing.record for drawing in transaction.drawings}
        with self._store.watched(unclear=AwayError):
            if changed and drawn:
                await self._undrawn.announce(drawn, _place(data))
            await self._outbox.announce(chat, transaction.outbox)
        done = await transaction.commit(changed)
        for record in changed:
            self._undrawn.committed(record.key, record.version)
        return done

    def _draw(self, transaction: Transaction) -> bool:
        """Have everything drawn; tell whether all of it follows soon."""
        soon = [
            self._renderer.add(drawing, transaction.version_of(drawing.record))
            for drawing in transaction.drawings
        ]
        return all(soon)

    async def _answer(
        self, error: Exception, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> Transaction:
        transaction = Transaction(self._store, chat)
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
            log.warning("states_group_unknown", update=update.update_id, error=str(error))
            transaction.reset()
        finally:
            transaction.open = False
            _current.reset(token)


def _with(transaction: Transaction, data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "transaction": transaction, "fsm_storage": transaction}


def _chat_of(data: dict[str, Any]) -> ChatKeys:
    chat = data.get("event_chat") or data.get("event_from_user")
    return ChatKeys(cast("Bot", data["bot"]).id, chat.id if chat else 0)


def _id(update: Update) -> int | None:
    return None if isinstance(update, DialogUpdate) else update.update_id


def _place(data: dict[str, Any]) -> Place:
    chat, person = cast("Chat", data["event_chat"]), cast("User", data["event_from_user"])
    return Place(
        chat_id=chat.id,
        chat_type=chat.type,
        thread_id=data.get("event_thread_id"),
        user_id=person.id,
        language=person.language_code,
    )


async def _call(transaction: Transaction, update: Update, data: dict[str, Any]) -> None:
    """Answer a press, and call what else is to be called."""
    bot, methods = cast("Bot", data["bot"]), transaction.methods
    query = update.callback_query
    if query and not any(isinstance(method, AnswerCallbackQuery) for method in methods):
        reply = transaction.reply
        answer = query.answer(text=reply.text, show_alert=reply.alert or None)
        if (in_response := data.get(IN_RESPONSE)) is not None:
            in_response.append(answer)
        else:
            methods = [answer, *methods]
    await asyncio.gather(*(patiently(partial(bot, method)) for method in methods))
