"""Writes the documents that people order, without blocking updates."""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import BinaryIO, TextIO, cast

from db.export import Format, export, export_person
from db.filters import Filter
from db.models import Total
from db.payments import Payments
from db.totals import Totals
from db.users import Users
from exports.documents import Document
from exports.orders import Order

LIMIT = 50_000_000
"""Bytes of the largest file that a bot can send (Bot API, "Sending files")."""
BREATH = 100
"""Totals that are written before the event loop may do something else."""
AT_ONCE = 2
"""Documents that a worker writes at the same time."""

ENCODINGS = {Format.CSV: "utf-8-sig", Format.JSON: "utf-8"}
"""CSV begins with a byte order mark, without which spreadsheets do not read it as UTF-8."""


class TooLargeError(Exception):
    """The document would be larger than Telegram allows."""


class Writer:
    """Writes documents from what the database keeps.

    Args:
        totals: Totals in the database.
        payments: Payments in the database.
        users: People in the database.
    """

    def __init__(self, totals: Totals, payments: Payments, users: Users) -> None:
        self._totals = totals
        self._payments = payments
        self._users = users
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def written(self, order: Order) -> AsyncIterator[Document]:
        """Write the document into a temporary file, which exists inside of the `with`.

        Raises:
            TooLargeError: It is too large for Telegram.
        """
        encoding = ENCODINGS[order.format]
        with tempfile.TemporaryFile("w+", encoding=encoding, newline="") as out:
            async with self._turns:
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
