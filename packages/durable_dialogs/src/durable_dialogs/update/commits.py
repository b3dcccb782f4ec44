"""Committing a unit of work, and having its windows drawn."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeVar, cast

import structlog
from aiogram.types import MaybeInaccessibleMessage, Message

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.state.keys import inline_message_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.outcome import INLINE_TARGET, Drawing
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.hooks import InlineWindow
from durable_dialogs.update.presses import OfferedButtons

ASKING = 1.0
"""Seconds that the answer to a press waits at most for a message that the press sends."""

log = structlog.get_logger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Commits:
    """Announces what a unit of work will leave, commits it in one step, and has it drawn.

    Args:
        store: The open dialogs.
        outbox: Delivers what must leave Redis.
        renderer: Draws windows.
        pending_redraws: Remembers which messages may be behind their windows.
        windows: Remembers which windows people have open.
        offered_buttons: Remembers the buttons of windows.
        inline_window: Returns what an inline message shows, from its state.
    """

    store: DialogStore
    outbox: Outbox
    renderer: Renderer
    pending_redraws: PendingRedraws
    windows: OpenWindows
    _: KW_ONLY
    offered_buttons: OfferedButtons
    inline_window: InlineWindow

    async def make(self, unit: UnitOfWork, location: Location) -> bool:
        """Commit a unit of work.

        Args:
            unit: The unit of work.
            location: Where its update is, and who sent it.

        Returns:
            False if another worker was faster: then nothing was written, and the update must be
            done on what Redis has.

        Raises:
            AlreadyDoneError: Another worker has done the update.
            AwayError: Redis can't be used at the moment, and has surely written nothing.
            UnclearError: Redis can't be used at the moment, and may have written everything.
        """
        changed = unit.changed
        if not (unit.is_guarded_by(changed) or await unit.is_current()):
            return False
        for record in changed:
            if inline_message_of(record.key):
                unit.drawings.append(await self.inline_drawing(record.key, record.stack))
            if record.is_new or unit.opener:
                record.owner = unit.opener or location.user_id
        # The last drawing of a record tells whether its window has buttons.
        drawn = {
            drawing.record: drawing.content is not None and drawing.content.reply_markup is not None
            for drawing in unit.drawings
        }
        if unit.entries or unit.redraw_all_windows:
            with self.store.asking:
                await self._announce_rest(unit, changed, location.user_id)
        announcements = self._announcements(unit, changed, drawn, location)
        if announcements and not self.store.in_order:
            # On a cluster the index is on another node, which may fail alone.
            with self.store.asking:
                await asyncio.gather(*announcements)
            announcements.clear()
        if not await _beside(announcements, unit.commit(changed)):
            return False
        for key in {*drawn, *(record.key for record in changed)}:
            self.pending_redraws.committed(key, unit.version_of(key))
        await self.windows.close(record for record in changed if drawn.get(record.key) is False)
        return True

    async def _announce_rest(
        self, unit: UnitOfWork, changed: Iterable[Record], person_id: int
    ) -> None:
        """Announce outbox entries, and windows that the update draws again but does not change."""
        await self.outbox.announce(unit.chat, unit.entries)
        if unit.redraw_all_windows:
            others = await self.windows.of(person_id)
            for record in changed:
                others.pop(record.key, None)
            await self.pending_redraws.renew(others)

    def _announcements(
        self,
        unit: UnitOfWork,
        changed: list[Record],
        drawn: Mapping[str, bool],
        location: Location,
    ) -> list[Awaitable[object]]:
        """Return the announcements to make: none while a person goes on tapping on a window.

        This includes windows that are drawn without a change, because their edits may come late.
        """
        announcements: list[Awaitable[object]] = []
        if opened := self.windows.mark(changed, drawn):
            announcements.append(self.windows.note(opened, location))
        moves_for = unit.animated_for if changed else 0.0
        unknown = drawn if moves_for else self.pending_redraws.touch(drawn, location)
        if unknown:
            announcements.append(self.pending_redraws.announce(unknown, location, moves_for))
        return announcements

    def draw(
        self,
        unit: UnitOfWork,
        person_id: int,
        pressed: MaybeInaccessibleMessage | None = None,
    ) -> bool:
        """Start to draw all windows that a unit of work has left.

        Args:
            unit: The unit of work, committed.
            person_id: The person for whom the windows were rendered.
            pressed: The message that was pressed; None if the update is no press.

        Returns:
            Whether all messages follow soon.
        """
        if isinstance(pressed, Message):
            self.renderer.see(pressed)
        follows = True
        for drawing in unit.drawings:
            version = unit.version_of(drawing.record)
            self.offered_buttons.note(drawing, version, person_id)
            if unit.is_shown:
                self.renderer.note(drawing, version)
            else:
                follows &= self.renderer.add(drawing, version)
        return follows

    async def look_after(self, record: str, version: str, location: Location) -> None:
        """Note a window that is about to be drawn as a pending redraw, outside of any commit.

        Args:
            record: The key of its record.
            version: The version of the record.
            location: Where it is.

        Raises:
            AwayError: Redis can't be used at the moment.
        """
        if unknown := self.pending_redraws.touch([record], location):
            with self.store.asking:
                await self.pending_redraws.announce(unknown, location)
        self.pending_redraws.committed(record, version)

    async def is_unsent(self, unit: UnitOfWork) -> bool:
        """Tell whether a message of a unit of work can't be sent to its chat.

        This waits for the message for at most `ASKING` seconds.
        """
        fresh = [drawing for drawing in unit.drawings if drawing.fresh]
        with suppress(TimeoutError):
            async with asyncio.timeout(ASKING):
                for drawing in fresh:
                    await self.renderer.finish(drawing.chat_id, drawing.target)
        return any(self.renderer.is_unsent(drawing) for drawing in fresh)

    async def inline_drawing(self, record: str, state: Mapping[str, Any]) -> Drawing:
        """Return the drawing of an inline message.

        Args:
            record: The key of its record.
            state: Its state.
        """
        inline_message_id = inline_message_of(record) or ""
        return Drawing(record, inline_message_id, await self.inline_window(state), INLINE_TARGET)


async def _beside(others: Sequence[Awaitable[object]], job: Awaitable[Result]) -> Result:
    """Await jobs together; return or raise what the last one does. Log failures of the others."""
    if not others:
        return await job
    *failures, done = await asyncio.gather(*others, job, return_exceptions=True)
    for error in failures:
        if isinstance(error, BaseException):
            log.warning("not_announced", error=type(error).__name__)
    if isinstance(done, BaseException):
        raise done
    return cast("Result", done)
