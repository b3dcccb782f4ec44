"""Reading an update and carrying it out, however it came.

Most updates can be read. Of one that can't, the parts that matter may still be readable. If they
are not, a person who waits for an answer gets one, and any other update goes to the quarantine.
So does a payment that can't be carried out, because the person has paid and can't try again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Any, NoReturn

import structlog
from aiogram import Bot
from aiogram.methods import TelegramMethod
from redis.exceptions import RedisError

from durable_dialogs.intake.quarantine import Quarantine, name_of
from durable_dialogs.intake.reading import Reader, Reading
from durable_dialogs.intake.unread import TellUnread, answer_unread
from durable_dialogs.state.outcome import Outcome
from durable_dialogs.state.retention import Retention
from durable_dialogs.state.update_data import IN_RESPONSE, IS_KEPT, LEFT_OUT, RETENTION
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telemetry import telemetry

Feed = Callable[..., Awaitable[object]]
"""Carries an update out. Gets the update, and by keyword what to add to the middlewares' data."""
Discard = Callable[[Mapping[str, Any]], Awaitable[object]]
"""Does what has to be done if an update can't be read and is not kept. Gets the update's content,
which may be of any shape."""

PAUSE = 1.0
"""Seconds before the next try if Redis can't be reached."""
PERIOD = 5.0
"""Seconds between two looks for updates of the quarantine to try again."""
LOST = {Outcome.REFUSED, Outcome.AWAY, Outcome.FAILED}
"""Outcomes that leave nothing of an update."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Intake:
    """Reads updates and carries them out.

    Args:
        bot: The bot.
        reader: Reads updates.
        quarantine: Keeps updates that can't be used.
        feed: Carries out an update that was read.
        tell_unread: Returns what to tell a person whose update can't be read.
        kinds: The kinds of updates that were asked for; others are ignored.
        discards: What to do with updates that are worth nothing if they can't be read, by kind, in
            place of keeping them.

    Attributes:
        read: Reads an update's bytes.
    """

    bot: Bot
    reader: Reader
    quarantine: Quarantine
    feed: Feed
    tell_unread: TellUnread
    _: KW_ONLY
    kinds: Collection[str]
    discards: Mapping[str, Discard] = field(default_factory=dict)
    read: Callable[[bytes], Reading] = field(init=False)

    def __post_init__(self) -> None:
        self.read = self.reader.read

    async def carry_out(self, body: bytes, **data: object) -> object:
        """Read an update and carry it out; see `take`."""
        return await self.take(self.read(body), body, **data)

    async def take(self, reading: Reading, body: bytes, **data: object) -> object:
        """Carry out an update as far as it can be read; when this returns, it is done.

        Args:
            reading: What could be read of the update.
            body: The update's bytes.
            data: What to add to the middlewares' data.

        Returns:
            The result of `feed`; None if the update was not carried out. It is `Outcome.FAILED` for
            a payment that was set aside because it failed.
        """
        if reading.is_whole:
            return await self._feed(reading, body, data)
        if reading.kind and reading.kind not in self.kinds:
            return None
        update_log = log.bind(update=name_of(body), kind=reading.kind, unread=reading.why)
        if reading.update:
            telemetry.update_unreadable("reduced")
            # A debug line if nothing was left out: a modified client can press a button with any
            # bytes, as often as it likes.
            (update_log.warning if reading.left_out else update_log.debug)("update_reduced")
            return await self._feed(reading, body, {**data, LEFT_OUT: reading.left_out})
        if method := answer_unread(reading.kind, reading.content, self.tell_unread):
            telemetry.update_unreadable("answered")
            update_log.warning("update_answered_unread")
            await self._call(method, data)
            return None
        if discard := self.discards.get(reading.kind):
            telemetry.update_unreadable("discarded")
            update_log.info("update_discarded")
            await discard(reading.content)
            return None
        await self._set_aside(body, reading.kind, reading.why, data)
        return None

    async def run(self) -> NoReturn:
        """Try updates of the quarantine again when the operator asks for it, until cancelled."""
        while True:
            try:
                due = await self.quarantine.due()
                for name in sorted(due, key=lambda name: (len(name), name)):
                    await self._try_again(name, due[name])
            except RedisError as error:
                log.warning("quarantine_unreachable", error=str(error))
            await asyncio.sleep(PERIOD)

    async def _try_again(self, name: str, body: bytes) -> None:
        reading, outcome = self.read(body), None
        try:
            if reading.update:
                # The update stays in the quarantine until it is done, so the person must not try
                # again.
                kept = {IS_KEPT: lambda: True, RETENTION: Retention(is_kept=True)}
                outcome = await self.take(reading, body, **kept)
        except Exception:
            log.exception("update_failed", update=name)
        if outcome in {None, Outcome.FAILED}:
            if reading.update:
                log.error("update_still_fails", update=name)
            else:
                log.error("update_still_unreadable", update=name, unread=reading.why)
            await self.quarantine.keep(name)
        else:
            log.info("update_done_after_all", update=name)
            await self.quarantine.drop(name)

    async def _feed(self, reading: Reading, body: bytes, data: Mapping[str, Any]) -> object:
        if not reading.payment:
            return await self.feed(reading.update, **data)
        try:
            outcome = await self.feed(reading.update, **data)
        except Exception:
            log.exception("update_failed", update=name_of(body))
            outcome = Outcome.FAILED
        if outcome not in LOST:
            return outcome
        await self._set_aside(body, "message", f"{reading.payment} failed", data)
        return Outcome.FAILED

    async def _set_aside(self, body: bytes, kind: str, why: str, data: Mapping[str, Any]) -> None:
        if retention := data.get(RETENTION):
            retention.must_settle = True
        await self._until_kept(body, kind, why)
        telemetry.update_unreadable("set_aside")
        log.error("update_set_aside", update=name_of(body), kind=kind, unread=why)

    async def _call(self, method: TelegramMethod[Any], data: Mapping[str, Any]) -> None:
        response = data.get(IN_RESPONSE)
        if response is None:
            await patiently(partial(self.bot, method))
        else:
            response.append(method)

    async def _until_kept(self, body: bytes, kind: str, why: str) -> None:
        while True:
            try:
                await self.quarantine.put(body, kind, why)
            except RedisError as error:
                log.warning("quarantine_unreachable", error=str(error))
                await asyncio.sleep(PAUSE)
            else:
                return
