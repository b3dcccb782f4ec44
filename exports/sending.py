"""Exports: totals, or all of a person's data, as a document, sent beside everything else."""

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
"""Totals that are written before others get their turn."""
AT_ONCE = 2
"""Documents that are written at a time."""
WAITING = 5
"""Documents that one person may wait for."""
UPLOAD = 10 * 60
"""Seconds that sending a document may take, and
PATIENCE: that it is tried for."""
PATIENCE = 60 * 60

ENCODINGS = {Format.CSV: "utf-8-sig", Format.JSON: "utf-8"}
"""Without the mark at its beginning, spreadsheets take CSV for a code page of their own."""

log = structlog.get_logger(__name__)


class BusyError(Exception):
    """Another worker is about to send it."""


class TooLargeError(Exception):
    """There are more totals than fit into a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person wants to have.

    Attributes:
        chat_id: Where to, and
        thread_id: into which topic; see `fsm.topics`.
        format: How it is written.
        wanted: Which totals.
        language: The language of what is said beside the document.
        is_whole: Whether the person's settings and payments come, too; then it is JSON.
    """

    chat_id: int
    format: Format
    wanted: Filter
    language: str
    is_whole: bool = False
    thread_id: int | None = None

    def to_json(self) -> str:
        """Write it down for the outbox."""
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` has written.

        Raises:
            ValueError: It has not.
        """
        fields = json.loads(text)
        wanted = fields["wanted"]
        for name in ("since", "until"):
            wanted[name] = datetime.fromisoformat(wanted[name]) if wanted[name] else None
        wanted["kind"] = Kind(wanted["kind"]) if wanted["kind"] else None
        fields |= {"wanted": Filter(**wanted), "format": Format(fields["format"])}
        return cls(**fields)


class Exports:
    """Sends documents, each once, whichever worker finds its order in the outbox.

    Those that one person asks for come one after the other.
    Where a worker is killed at the very moment when Telegram has taken a document,
    it may come twice.

    Args:
        bot: Who sends them.
        claims: Where it stands which were sent.
        catalog: The texts.
        totals: Where totals are,
        payments: payments,
        users: and people.
    """

    def __init__(  # noqa: PLR0913 - what is written, and what it takes to send it
        self,
        bot: Bot,
        claims: Leases,
        catalog: Catalog,
        *,
        totals: Totals,
        payments: Payments,
        users: Users,
    ) -> None:
        self._bot = bot
        self._claims = claims
        self._catalog = catalog
        self._totals = totals
        self._payments = payments
        self._users = users
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting: Counter[int] = Counter()

    def has_room(self, chat_id: int) -> bool:
        """Tell whether a person may ask for one more, as far as this process knows."""
        return self._waiting[chat_id] < WAITING

    async def send(self, name: str, order: Order) -> None:
        """Send a document.

        Args:
            name: What its order is known by.
            order: What is wanted.

        Raises:
            BusyError: Another worker is about to.
            AwayError: Redis can't be used, and
            sqlalchemy.exc.SQLAlchemyError: nor the database; it was not sent.
        """
        # Named here, as the dictionary holds the turn only while somebody does.
        turn = self._turns.setdefault(order.chat_id, asyncio.Lock())
        self._waiting[order.chat_id] += 1
        try:
            async with turn:
                await self._send_once(name, order)
        finally:
            self._waiting[order.chat_id] -= 1
            self._waiting += Counter()  # forgets those who wait for none

    async def _send_once(self, name: str, order: Order) -> None:
        match await self._claims.claim(name):
            case Lease.DONE:
                return
            case Lease.BUSY:
                raise BusyError(name)
        holding = start(self._hold(name))
        try:
            await self._send(order)
        except BaseException:
            await self._claims.release(name)
            raise
        finally:
            await finish([holding], within=0)
        await self._claims.settle(name)

    async def _hold(self, name: str) -> None:
        while True:
            await asyncio.sleep(HOLD / 3)
            # While Redis is away the claim lasts; the next time is early enough.
            with suppress(AwayError):
                await self._claims.hold(name)

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
        """Give the document, which is there meanwhile.

        Raises:
            TooLargeError: It would be too large for Telegram.
        """
        encoding = ENCODINGS[order.format]
        with tempfile.TemporaryFile("w+", encoding=encoding, newline="") as out:
            async with self._places:
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
        """Give totals so that a person who presses something meanwhile waits for few of them."""
        count = 0
        async with aclosing(self._totals.stream(wanted)) as stream:
            async for total in stream:
                yield total
                count += 1
                if count % BREATH == 0:
                    if os.fstat(out.fileno()).st_size > LIMIT:
                        raise TooLargeError
                    await asyncio.sleep(0)
