"""Sends the documents that people order."""

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.methods import SendDocument, SendMessage

from durable_dialogs import HOLD, AwayError, Lease, Leases, call, finish, patiently, start
from exports.orders import Order
from exports.writing import LIMIT, TooLargeError, Writer
from locales import Catalog

WAITING = 5
"""Documents that one person may wait for."""
UPLOAD = 10 * 60
"""Seconds that one upload may take."""
PATIENCE = 60 * 60
"""Seconds to keep trying an upload."""


class BusyError(Exception):
    """Another worker is sending the document."""


class Exports:
    """Sends documents, each of them once, even if several workers find the order in the outbox.

    One person's documents are sent one after the other. A document may come twice if the worker
    is killed just after Telegram has accepted it.

    Args:
        bot: The bot.
        leases: Remember which documents were sent or are being sent.
        catalog: The texts.
        writer: Writes them.
    """

    def __init__(self, bot: Bot, leases: Leases, catalog: Catalog, writer: Writer) -> None:
        self._bot = bot
        self._leases = leases
        self._catalog = catalog
        self._writer = writer
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[int] = Counter()

    def has_room(self, chat_id: int) -> bool:
        """Tell whether a person may ask for one more document, as far as this worker knows."""
        return self._waiting[chat_id] < WAITING

    async def send(self, name: str, order: Order) -> None:
        """Send a document.

        Args:
            name: The name of the outbox entry; the lease has the same name.
            order: What to send.

        Raises:
            BusyError: Another worker is sending it.
            AwayError: Redis can't be used. The document was not sent.
            sqlalchemy.exc.SQLAlchemyError: The database can't be used. The document was not sent.
        """
        # A variable keeps the lock alive: the dictionary holds only a weak reference.
        lock = self._locks.setdefault(order.chat_id, asyncio.Lock())
        self._waiting[order.chat_id] += 1
        try:
            async with lock:
                await self._send_once(name, order)
        finally:
            self._waiting[order.chat_id] -= 1
            self._waiting += Counter()  # drops counts of 0

    async def _send_once(self, name: str, order: Order) -> None:
        match await self._leases.claim(name):
            case Lease.DONE:
                return
            case Lease.BUSY:
                raise BusyError(name)
        holding = start(self._hold(name))
        try:
            await self._send(order)
        except BaseException:
            await self._leases.release(name)
            raise
        finally:
            await finish([holding], within=0)
        await self._leases.settle(name)

    async def _hold(self, name: str) -> None:
        while True:
            await asyncio.sleep(HOLD / 3)
            # The lease outlasts two failed attempts to hold it.
            with suppress(AwayError):
                await self._leases.hold(name)

    async def _send(self, order: Order) -> None:
        texts = self._catalog.speak(order.language)
        try:
            async with self._writer.written(order) as document:
                method = SendDocument(
                    chat_id=order.chat_id,
                    message_thread_id=order.thread_id,
                    document=document,
                    caption=texts("data-exported" if order.is_whole else "totals-exported"),
                    disable_content_type_detection=True,
                )
                sending = partial(call, self._bot, method, seconds=UPLOAD)
                await patiently(sending, within=PATIENCE)
        except TooLargeError:
            text = texts("totals-export-too-large", limit=LIMIT // 1_000_000)
            refusal = SendMessage(
                chat_id=order.chat_id, message_thread_id=order.thread_id, text=text
            )
            await patiently(partial(call, self._bot, refusal))
