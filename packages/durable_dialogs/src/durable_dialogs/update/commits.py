"""From a transaction to what stands in Redis, and from there to what people see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from aiogram.types import MaybeInaccessibleMessage, Message
from aiogram_dialog.api.entities import NewMessage

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.state.keys import ChatKeys, inline_message_of
from durable_dialogs.state.location import Location, location_of
from durable_dialogs.state.outcome import INLINE_TARGET, Drawing
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import AwayError, DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.offered_buttons import OfferedButtons

ASKING = 1.0
"""Seconds that the answer to a press waits at most for a message that it has sent."""

log = structlog.get_logger(__name__)

InlineWindow = Callable[[Mapping[str, Any]], Awaitable[NewMessage]]
"""Gives what a message that was sent through inline mode shows, from its state."""


class Commits:
    """Announces what a transaction will leave, writes it down in one step, and has it drawn.

    Args:
        store: The open dialogs.
        outbox: Takes what must leave Redis.
        renderer: Draws windows.
        undrawn: Remembers which windows are still to be drawn.
        windows: Remembers which windows people have open.
        offers: Remembers what windows offer.
        inline_window: Gives what an inline message shows, from its state.
    """

    def __init__(  # noqa: PLR0913 - the parts of fsm/, put together once
        self,
        store: DialogStore,
        outbox: Outbox,
        renderer: Renderer,
        undrawn: PendingRedraws,
        windows: OpenWindows,
        *,
        offers: OfferedButtons,
        inline_window: InlineWindow,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._renderer = renderer
        self._undrawn = undrawn
        self._windows = windows
        self._offers = offers
        self._inline_window = inline_window

    async def make(self, transaction: UnitOfWork, chat: ChatKeys, data: dict[str, Any]) -> bool:
        """Commit a transaction.

        Args:
            transaction: The transaction.
            chat: The chat that it is of.
            data: What aiogram knows of the update.

        Returns:
            False if another was faster: then nothing was written.

        Raises:
            AwayError: Redis can't be used at the moment, and has surely written nothing.
            UnclearError: It may have.
        """
        changed = transaction.changed
        transaction.drawings += [
            await self.inline_drawing(record.key, record.stack)
            for record in changed
            if inline_message_of(record.key)
        ]
        person_id = data["event_from_user"].id
        for record in changed:
            if record.is_new or transaction.opener:
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
        jobs = self._announcements(transaction, changed, drawn, location_of(data))
        if jobs and not self._store.in_order:
            # On a cluster what is announced is elsewhere, and may fail where the commit does not.
            with self._store.watched(unclear=AwayError):
                await asyncio.gather(*jobs)
            jobs.clear()
        if not await _last(*jobs, transaction.commit(changed)):
            return False
        for key in {*drawn, *(record.key for record in changed)}:
            self._undrawn.committed(key, transaction.version_of(key))
        await self._windows.close(record for record in changed if drawn.get(record.key) is False)
        return True

    def _announcements(
        self,
        transaction: UnitOfWork,
        changed: list[Record],
        drawn: Mapping[str, bool],
        place: Location,
    ) -> list[Awaitable[object]]:
        """Give what is to be announced: nothing while a window is tapped on.

        Who draws a window as it stands looks after it, too: the edit may come late.
        """
        jobs: list[Awaitable[object]] = []
        if opened := self._windows.unnoted(record for record in changed if drawn.get(record.key)):
            jobs.append(self._windows.note(opened, place))
        moves_for = transaction.moves_for if changed else 0.0
        unknown = drawn if moves_for else self._undrawn.touch(drawn, place)
        if unknown:
            jobs.append(self._undrawn.announce(unknown, place, moves_for))
        return jobs

    def draw(
        self,
        transaction: UnitOfWork,
        person_id: int,
        pressed: MaybeInaccessibleMessage | None = None,
    ) -> bool:
        """Have everything drawn that a transaction has left; tell whether all of it follows soon.

        Args:
            transaction: The transaction, committed.
            person_id: Whose windows they are.
            pressed: The message that was pressed, if that is what it comes of.
        """
        if isinstance(pressed, Message):
            self._renderer.see(pressed)
        follows = True
        for drawing in transaction.drawings:
            version = transaction.version_of(drawing.record)
            self._offers.note(drawing, version, person_id)
            if transaction.is_shown:
                self._renderer.note(drawing, version)
            else:
                follows &= self._renderer.add(drawing, version)
        return follows

    async def look_after(self, transaction: UnitOfWork, place: Location) -> None:
        """See to it that a window is looked after that is about to be drawn as it stands.

        Raises:
            AwayError: Redis can't be used at the moment.
        """
        records = {drawing.record for drawing in transaction.drawings}
        if unknown := self._undrawn.touch(records, place):
            with self._store.watched(unclear=AwayError):
                await self._undrawn.announce(unknown, place)
        for record in records:
            self._undrawn.committed(record, transaction.version_of(record))

    async def follows(self, transaction: UnitOfWork) -> bool:
        """Tell whether what a transaction has left is drawn soon, as far as all workers know."""
        return all([await self._renderer.follows(drawing) for drawing in transaction.drawings])

    async def is_unsent(self, transaction: UnitOfWork) -> bool:
        """Tell whether a message that a transaction has asked for can't be sent to its chat.

        Nobody waits for that longer than `ASKING` seconds.
        """
        fresh = [drawing for drawing in transaction.drawings if drawing.fresh]
        with suppress(TimeoutError):
            async with asyncio.timeout(ASKING):
                for drawing in fresh:
                    await self._renderer.finish(drawing.chat_id, drawing.target)
        return any(self._renderer.is_unsent(drawing) for drawing in fresh)

    async def inline_drawing(self, record: str, state: Mapping[str, Any]) -> Drawing:
        """Give what draws an inline message from its state."""
        inline_message_id = inline_message_of(record) or ""
        return Drawing(record, inline_message_id, await self._inline_window(state), INLINE_TARGET)


async def _last(*jobs: Awaitable[Any]) -> Any:  # noqa: ANN401 - what the last of them gives
    """Await jobs together, for the sake of the last; what happens to the others is logged."""
    if len(jobs) == 1:
        return await jobs[0]
    *others, done = await asyncio.gather(*jobs, return_exceptions=True)
    for error in others:
        if isinstance(error, BaseException):
            log.warning("not_announced", error=type(error).__name__)
    if isinstance(done, BaseException):
        raise done
    return done
