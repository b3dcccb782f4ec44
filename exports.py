"""Exports: totals as a document, written and sent beside everything else."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self, TextIO

import structlog
from aiogram import Bot
from aiogram.methods import SendDocument
from aiogram.types import FSInputFile

from db.export import Format, export
from db.filters import Filter
from db.models import Kind, Total
from db.totals import Totals
from fsm.calls import patiently
from fsm.claims import HOLD, Claim, Claims
from fsm.tasks import finish
from locales import Catalog

LIMIT = 50_000_000
"""Bytes of the largest file that a bot can send (Bot API, "Sending files")."""
BREATH = 100
"""Totals that are written before others get their turn."""
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
        chat_id: Where to.
        format: How it is written.
        wanted: Which totals.
        language: The language of what is said beside the document.
    """

    chat_id: int
    format: Format
    wanted: Filter
    language: str

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

    Where a worker is killed at the very moment when Telegram has taken a document,
    it may come twice.

    Args:
        bot: Who sends them.
        totals: Where the totals are.
        claims: Where it stands which were sent.
        catalog: The texts.
    """

    def __init__(self, bot: Bot, totals: Totals, claims: Claims, catalog: Catalog) -> None:
        self._bot = bot
        self._totals = totals
        self._claims = claims
        self._catalog = catalog

    async def send(self, name: str, order: Order) -> None:
        """Send a document.

        Args:
            name: What its order is known by.
            order: What is wanted.

        Raises:
            BusyError: Another worker is about to.
            AwayError: Redis can't be used, and
            sqlalchemy.exc.DBAPIError: nor the database; it was not sent.
        """
        match await self._claims.claim(name):
            case Claim.DONE:
                return
            case Claim.BUSY:
                raise BusyError(name)
        holding = asyncio.create_task(self._hold(name))
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
            await self._claims.hold(name)

    async def _send(self, order: Order) -> None:
        texts = self._catalog.speak(order.language)
        try:
            async with self._written(order) as document:
                method = SendDocument(
                    chat_id=order.chat_id,
                    document=document,
                    caption=texts("totals-exported"),
                    disable_content_type_detection=True,
                )
                call = partial(self._bot, method, request_timeout=UPLOAD)
                await patiently(call, within=PATIENCE)
        except TooLargeError:
            text = texts("totals-export-too-large", limit=LIMIT // 1_000_000)
            await patiently(partial(self._bot.send_message, order.chat_id, text))

    @asynccontextmanager
    async def _written(self, order: Order) -> AsyncIterator[FSInputFile]:
        """Give the document in a file that is there meanwhile.

        Raises:
            TooLargeError: It would be too large for Telegram.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"totals.{order.format}"
            opened = partial(path.open, "w", encoding=ENCODINGS[order.format], newline="")
            with await asyncio.to_thread(opened) as out:
                await export(self._unhurried(order.wanted, out), out, order.format)
            if path.stat().st_size > LIMIT:
                raise TooLargeError
            yield FSInputFile(path)

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
