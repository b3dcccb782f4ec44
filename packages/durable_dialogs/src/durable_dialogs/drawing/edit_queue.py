"""The edit queue of one message: it makes the latest edit as soon as the rate limits allow."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter

from durable_dialogs.drawing.edit_limits import EditLimits
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.state.outcome import Drawing, Drawn
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import AWAY, patiently
from durable_dialogs.telemetry import telemetry, update_id

PATIENCE = 60.0
"""Seconds for which the queue retries a window. Then only its pending redraw is left, without its
content."""

DAY = 24 * 60 * 60
"""Seconds for which the queue retries to take buttons off, because no redraw does that."""

SOON = 0.5
"""Seconds a message may lag behind a press before the answer shows the value instead."""

OnUpgrade = Callable[[int, int], Awaitable[None]]
"""Called with the id of a group and the id of the supergroup that replaces it."""

log = structlog.get_logger(__name__)


class EditQueue:
    """The pending edits of one message, and the task that makes them.

    Args:
        editor: Sends and edits messages.
        limits: The limits that the edits wait for.
        on_upgrade: Called if the group has become a supergroup with another id.
        on_idle: Called when the task ends; the queue must not be used after that.
    """

    def __init__(
        self,
        editor: MessageEditor,
        limits: EditLimits,
        on_upgrade: OnUpgrade,
        on_idle: Callable[[], object],
    ) -> None:
        self._editor = editor
        self._limits, self._message = limits, limits.message
        self._on_upgrade = on_upgrade
        self._on_idle = on_idle
        self._pending: list[PendingEdit] = []
        self._current: PendingEdit | None = None
        # When the current edit begins to count as stuck, by the monotonic clock.
        self._stuck_at = 0.0
        # Whether the last try of the current edit failed for a while only.
        self._may_succeed = False
        self._task = start(self._run())

    @property
    def records(self) -> set[str]:
        """The records with a pending edit in this queue."""
        return {edit.drawing.record for edit in self._unfinished}

    @property
    def _unfinished(self) -> list[PendingEdit]:
        return [self._current, *self._pending] if self._current else self._pending

    def add(self, drawing: Drawing, version: str) -> bool:
        """Add a drawing to the queue, merged with the last pending edit if possible.

        Returns:
            Whether it will be drawn within `SOON` seconds.
        """
        if self._pending and (merged := self._pending[-1].merged_with(drawing, version)):
            self._pending[-1] = merged
            telemetry.edit_done(Drawn.MERGED)
        else:
            self._pending.append(PendingEdit(drawing, version))
            telemetry.edits_waiting(1)
        pause = self._limits.changed(self._pending[-1].drawing)
        is_stuck = self._current and time.monotonic() > self._stuck_at
        return not is_stuck and pause <= SOON

    async def finish(self) -> None:
        """Wait until the last pending edit is made or given up."""
        if edit := self._pending[-1] if self._pending else self._current:
            await edit.done.wait()

    def hurry(self) -> asyncio.Future[None]:
        """Wait no longer for the limits of the chat; return the task that makes the edits."""
        self._limits.hurry()
        return self._task

    async def _run(self) -> None:
        try:
            while self._pending:
                # The edit stays in the list while it waits, so that later drawings merge with it.
                is_wanted = await self._is_next_wanted()
                self._current = edit = self._pending.pop(0)
                drawn = await self._carry_out(edit) if is_wanted else Drawn.MERGED
                self._current = None
                _end(edit, drawn)
        finally:
            # After a failure or a cancellation, too: a ticket that is left would delay other
            # messages, and a queue that ended without a word would keep its message old for good.
            self._limits.give_ticket_back()
            for edit in self._unfinished:
                self._editor.shown.doubt(self._message)
                _end(edit, Drawn.DROPPED)
            self._on_idle()

    async def _carry_out(self, edit: PendingEdit) -> Drawn:
        self._stuck_at = time.monotonic() + SOON
        # Another update started this task, and log lines would carry its id.
        update_id.set(edit.update)
        drawn = None
        try:
            drawn = await patiently(
                partial(self._draw, edit),
                within=PATIENCE if edit.drawing.content else DAY,
                wanted=partial(self._is_wanted, edit),
            )
            if drawn is None:
                if self._may_succeed and self._is_wanted(edit):
                    self._editor.shown.doubt(self._message)
                await self._editor.release(self._message, edit.drawing)
        except Exception:
            log.exception("edit_failed")
            if self._is_wanted(edit) and self._message.fail(edit.version):
                self._editor.shown.doubt(self._message)
        return drawn or Drawn.DROPPED

    async def _is_next_wanted(self) -> bool:
        """Wait until the first edit may be made; tell whether this worker should make it."""
        try:
            return await self._wait()
        except Exception:
            # Make the edit all the same, because all later edits of the message wait for it.
            log.exception("edit_wait_failed")
            self._limits.give_ticket_back()
            return True

    async def _wait(self) -> bool:
        """Wait for the limits, and while another worker sends the message.

        Returns:
            Whether this worker should make the first edit.
        """
        while True:
            await self._limits.wait(self._pending)
            edit = self._pending[0]
            pause = await self._editor.claim(self._message, edit.drawing, edit.version)
            if pause == 0:
                return True
            # A worker that stops does not wait for another one.
            if self._limits.is_hurried or (pause is None and self._pending[0] is edit):
                self._editor.shown.doubt(self._message)
                self._limits.give_ticket_back()
                return False
            await self._limits.sleep(pause or 0)

    def _is_wanted(self, edit: PendingEdit) -> bool:
        # A new message is sent first; the next window is then edited in.
        return edit.drawing.fresh or not (self._pending and edit.is_replaced_by(self._pending[0]))

    async def _draw(self, edit: PendingEdit) -> Drawn:
        bucket, limiter = self._limits.bucket, self._limits.limiter
        ticket = await self._limits.take(partial(self._is_wanted, edit))
        if ticket is None:
            return Drawn.MERGED
        # Spent before the edit, so that no answer promises the same token.
        give_back = bucket.give_back if bucket.spend() else lambda: None
        self._may_succeed = False
        try:
            is_drawn = await self._editor.draw(self._message, edit.drawing, edit.version)
        except TelegramRetryAfter as error:
            self._may_succeed = True
            bucket.hold_back(error.retry_after)
            limiter.refused(edit.drawing.chat_id, error.retry_after)
            raise
        except TelegramMigrateToChat as error:
            await self._on_upgrade(int(edit.drawing.chat_id), error.migrate_to_chat_id)
            raise
        except Exception as error:
            self._may_succeed = isinstance(error, AWAY)
            give_back()
            raise
        if not is_drawn:
            give_back()
            limiter.give_back(ticket)
            return Drawn.UNCHANGED
        limiter.accepted()
        return Drawn.SENT if edit.drawing.fresh else Drawn.EDITED


def _end(edit: PendingEdit, drawn: Drawn) -> None:
    edit.done.set()
    telemetry.edits_waiting(-1)
    telemetry.edit_done(drawn)
