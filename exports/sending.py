"""Writes and sends exports, without blocking updates."""

import asyncio
import json
import os
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, Self, TextIO, cast
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.methods import SendDocument, SendMessage

from db.export import Format, export, export_person
from db.filters import Filter
from db.models import Kind, Total
from db.payments import Payments
from db.totals import Totals
from db.users import Users
from durable_dialogs import HOLD, AwayError, Lease, Leases, call, finish, patiently, start
from exports.documents import Document
from locales import Catalog

LIMIT = 50_000_000
"""Bytes of the largest file that a bot can send (Bot API, "Sending files")."""
BREATH = 100
"""Totals that are written before the event loop may do something else."""
AT_ONCE = 2
"""Documents that a worker writes at the same time."""
WAITING = 5
"""Documents that one person may wait for."""
UPLOAD = 10 * 60
"""Seconds that one upload may take."""
PATIENCE = 60 * 60
"""Seconds to keep trying an upload."""

ENCODINGS = {Format.CSV: "utf-8-sig", Format.JSON: "utf-8"}
"""CSV begins with a byte order mark, without which spreadsheets do not read it as UTF-8."""

log = structlog.get_logger(__name__)


class BusyError(Exception):
    """Another worker is sending the document."""


class TooLargeError(Exception):
    """The document would be larger than Telegram allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person has asked for; the outbox keeps it as JSON.

    Attributes:
        chat_id: The chat to send it to.
        format: The file format.
        wanted: Which totals.
        language: The language of the caption.
        is_whole: Whether to add the person's settings and payments; `format` must be JSON.
        thread_id: The topic of the chat; see `durable_dialogs.telegram.topics`.
    """

    chat_id: int
    format: Format
    wanted: Filter
    language: str
    is_whole: bool = False
    thread_id: int | None = None

    def to_json(self) -> str:
        """Write the order as JSON for the outbox."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read an order that `to_json` has written.

        Raises:
            ValueError: The text is something else.
        """
        fields = json.loads(text)
        wanted = fields["wanted"]
        for name in ("since", "until"):
            wanted[name] = datetime.fromisoformat(wanted[name]) if wanted[name] else None
        wanted["kind"] = Kind(wanted["kind"]) if wanted["kind"] else None
        fields |= {"wanted": Filter(**wanted), "format": Format(fields["format"])}
        return cls(**fields)


class Exports:
    """Sends documents, each of them once, even if several workers find the order in the outbox.

    One person's documents are sent one after the other. A document may come twice if the worker
    is killed just after Telegram has accepted it.

    Args:
        bot: The bot.
        leases: Remember which documents were sent or are being sent.
        catalog: The texts.
        totals: Totals in the database.
        payments: Payments in the database.
        users: People in the database.
    """

    def __init__(  # noqa: PLR0913 - its sources, and what it needs to send
        self,
        bot: Bot,
        leases: Leases,
        catalog: Catalog,
        *,
        totals: Totals,
        payments: Payments,
        users: Users,
    ) -> None:
        self._bot = bot
        self._leases = leases
        self._catalog = catalog
        self._totals = totals
        self._payments = payments
        self._users = users
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._writers = asyncio.Semaphore(AT_ONCE)
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
            async with self._written(order) as document:
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

    @asynccontextmanager
    async def _written(self, order: Order) -> AsyncIterator[Document]:
        """Write the document into a temporary file, which exists inside of the `with`.

        Raises:
            TooLargeError: It is too large for Telegram.
        """
        encoding = ENCODINGS[order.format]
        with tempfile.TemporaryFile("w+", encoding=encoding, newline="") as out:
            async with self._writers:
                await self._write(order, out)
            if os.fstat(out.fileno()).st_size > LIMIT:
                raise TooLargeError
            name = "tally.json" if order.is_whole else f"totals.{order.format}"
            yield Document(cast("BinaryIO", out.buffer), name)

    async def _write(self, order: Order, out: TextIO) -> None:
        stream, person_id = self._unhurried(order.wanted, out), order.wanted.user_id
        if order.is_whole and person_id is not None:
            person = await self._users.get(person_id)
            await export_person(person, await self._payments.of(person_id), stream, out)
        else:
            await export(stream, out, order.format)

    async def _unhurried(self, wanted: Filter, out: TextIO) -> AsyncGenerator[Total, None]:
        """Give the totals, with pauses in which the event loop handles updates.

        Raises:
            TooLargeError: The file has grown too large for Telegram.
        """
        count = 0
        async with aclosing(self._totals.stream(wanted)) as stream:
            async for total in stream:
                yield total
                count += 1
                if count % BREATH == 0:
                    if os.fstat(out.fileno()).st_size > LIMIT:
                        raise TooLargeError
                    await asyncio.sleep(0)
