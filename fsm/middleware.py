"""The way of an update: turn, transaction, commit, and only then what people see."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.dispatcher.event.bases import CancelHandler, SkipHandler
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate, EventContext
from aiogram_dialog.api.exceptions import UnknownState
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from fsm.calls import patiently
from fsm.foreground import redraw
from fsm.guard import without_marks
from fsm.keys import ChatKeys, stack_id_of
from fsm.outbox import Outbox
from fsm.renderer import Renderer
from fsm.store import DialogStore
from fsm.transaction import AlreadyDoneError, Transaction

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
OnError = Callable[[Exception, Update, dict[str, Any], Transaction], Awaitable[None]]
"""Answers for an update that failed, by a transaction that saves nothing."""

TRIES = 20
"""How often an update is done again because others were faster."""

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
        on_error: Answers for an update that failed.
    """

    def __init__(
        self, store: DialogStore, outbox: Outbox, renderer: Renderer, on_error: OnError
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._renderer = renderer
        self._on_error = on_error
        self._turns: WeakValueDictionary[ChatKeys, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> None:
        """Carry an update out; see `BaseMiddleware`."""
        outer = _current.get()
        if outer is not None and outer.open:
            # A stack that another update works in besides its own: one transaction.
            await handler(event, _with(outer, data))
            return
        update = without_marks(cast("Update", event))
        chat = _chat_of(data)
        try:
            # Named here, as the dictionary holds the turn only while somebody does.
            turn = self._turns.setdefault(chat, asyncio.Lock())
            async with turn:
                transaction = await self._carry_out(handler, update, data, chat)
                drawn = [
                    self._renderer.add(drawing, transaction.version_of(drawing.record))
                    for drawing in transaction.drawings
                ]
        except AlreadyDoneError as repeated:
            transaction, drawn = Transaction(self._store, chat), []
            transaction.redraws = [stack_id_of(record) for record in repeated.records]
        await self._outbox.send(chat, transaction.outbox)
        await asyncio.gather(*_calls(transaction, update, data["bot"]), *drawn)
        for stack_id in transaction.redraws:
            await redraw(data["dispatcher"], _place(data), stack_id)

    async def _carry_out(
        self, handler: Handler, update: Update, data: dict[str, Any], chat: ChatKeys
    ) -> Transaction:
        try:
            for _ in range(TRIES):
                transaction = Transaction(self._store, chat, _id(update))
                await self._handle(handler, update, data, transaction)
                if await self._commit(transaction, chat) and not transaction.is_reset:
                    return transaction
            return await self._answer(ContentionError(), update, data, chat)
        except AlreadyDoneError:
            log.info("update_repeated", update=update.update_id)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the person is answered
            return await self._answer(error, update, data, chat)

    async def _commit(self, transaction: Transaction, chat: ChatKeys) -> bool:
        await self._outbox.announce(chat, transaction.outbox)
        try:
            return await transaction.commit()
        except (RedisConnectionError, RedisTimeoutError) as error:
            # It may have been written all the same. Done again, the update finds
            # its mark then, or its records as they were.
            log.warning("commit_unclear", error=str(error))
            return False

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


def _place(data: dict[str, Any]) -> EventContext:
    return EventContext(
        bot=data["bot"],
        chat=data["event_chat"],
        user=data["event_from_user"],
        thread_id=data.get("event_thread_id"),
        business_connection_id=None,
    )


def _calls(transaction: Transaction, update: Update, bot: Bot) -> list[Awaitable[Any]]:
    methods = transaction.methods
    query = update.callback_query
    if query and not any(isinstance(method, AnswerCallbackQuery) for method in methods):
        reply = transaction.reply
        answer = query.answer(text=reply.text, show_alert=reply.alert or None)
        methods = [answer, *methods]
    return [patiently(partial(bot, method)) for method in methods]
