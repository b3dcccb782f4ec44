"""The edit queue of one message: it makes the latest edit as soon as the rate limits allow."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from aiogram.exceptions import TelegramMigrateToChat, TelegramRetryAfter

from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.global_rate_limiter import GlobalRateLimiter, Ticket, TicketState
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.drawing.shown_messages import same_buttons
from durable_dialogs.state.outcome import Drawing, Drawn
from durable_dialogs.tasks import start
from durable_dialogs.telegram.retries import patiently
from durable_dialogs.telemetry import telemetry, update_id
from durable_dialogs.token_bucket import TokenBucket

DAY = 24 * 60 * 60
"""Seconds for which the queue retries an edit."""

SOON = 0.5
"""Seconds a message may lag behind a press before the answer shows the value instead."""

ASKING = 0.1
"""Seconds an answer waits at most until the edit permit of the other workers is known."""

OnUpgrade = Callable[[int, int], Awaitable[None]]
"""Called with the id of a group and the id of the supergroup that replaces it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EditLimits:
    """The limits that the edits of a message wait for.

    Attributes:
        bucket: The token bucket of the chat.
        limiter: The rate limiter over all chats.
        permits: Gives edit permits if several workers share the message.
    """

    bucket: TokenBucket
    limiter: GlobalRateLimiter
    permits: EditPermits


class EditQueue:
    """The pending edits of one message, and the task that makes them.

    Args:
        editor: Sends and edits messages.
        limits: The limits that the edits wait for.
        on_upgrade: Called if the group has become a supergroup with another id.
        on_idle: Called when no edit is left; the queue must not be used after that.
    """

    def __init__(
        self,
        editor: MessageEditor,
        limits: EditLimits,
        on_upgrade: OnUpgrade,
        on_idle: Callable[[], object],
    ) -> None:
        self._editor, self._shown = editor, editor.shown
        self._bucket, self._limiter = limits.bucket, limits.limiter
        self._permits = limits.permits
        self._on_upgrade = on_upgrade
        self._on_idle = on_idle
        self._pending: list[PendingEdit] = []
        self._current: PendingEdit | None = None
        # When the current edit begins to count as stuck, by the event loop's clock.
        self._stuck_at = 0.0
        # Whether the last answer to a press relies on the message.
        self._is_promised = False
        self._ticket: Ticket | None = None
        # Before when no edit permit is asked for, by the monotonic clock.
        self._ask_at = 0.0
        self._is_hurried = False
        self._woken = asyncio.Event()
        self._permit_known = asyncio.Event()
        self._task = start(self._run())

    @property
    def records(self) -> set[str]:
        """The records with a pending edit in this queue."""
        edits = [self._current, *self._pending] if self._current else self._pending
        return {edit.drawing.record for edit in edits}

    def add(self, drawing: Drawing, version: str) -> bool:
        """Add a drawing to the queue, merged with the last pending edit if possible.

        Returns:
            Whether it will be drawn within `SOON` seconds.
        """
        if self._pending and (merged := self._pending[-1].merged_with(drawing, version)):
            if not same_buttons(self._pending[-1].buttons, merged.buttons):
                self._ask_at = 0.0
            self._pending[-1] = merged
            telemetry.edit_done(Drawn.MERGED)
        else:
            self._pending.append(PendingEdit(drawing, version))
            telemetry.edits_waiting(1)
        pause = self._pause(self._pending[-1].drawing)
        if not pause:
            self._woken.set()
        is_stuck = self._current and asyncio.get_running_loop().time() > self._stuck_at
        self._is_promised = not is_stuck and pause <= SOON
        return self._is_promised

    async def follows(self) -> bool:
        """Tell whether the next edit is made within `SOON` seconds.

        If several workers share the bot, wait up to `ASKING` seconds for the edit permit.
        """
        if self._permits.are_shared and self._pending and not self._pause(self._pending[0].drawing):
            with suppress(TimeoutError):
                async with asyncio.timeout(ASKING):
                    await self._permit_known.wait()
        self._is_promised = not self._pending or self._pause(self._pending[0].drawing) <= SOON
        return self._is_promised

    async def finish(self) -> None:
        """Wait until the last pending edit is made or given up."""
        if edit := self._pending[-1] if self._pending else self._current:
            await edit.done.wait()

    def wake(self) -> None:
        """Compute again how long to wait."""
        self._woken.set()

    def _wake_for_ticket(self) -> bool:
        """Wake the queue if it waits for its ticket alone, and tell whether it does."""
        # An edit that is retried waits for nothing else, see `_wait_for_retry`.
        is_alone = bool(self._current) or not self._pause_in_chat(self._pending[0].drawing)
        if is_alone:
            self._woken.set()
        return is_alone

    def hurry(self) -> asyncio.Future[None]:
        """Make the pending edits without waiting for limits; return the task that does it."""
        self._is_hurried = True
        self.wake()
        return self._task

    def _pause(self, drawing: Drawing) -> float:
        """Return the seconds that a drawing has to wait for all limits, 0 for none."""
        for_ticket = 0.0 if self._may_skip_queue(drawing) else self._limiter.pause(self._ticket)
        return max(for_ticket, self._pause_in_chat(drawing))

    def _pause_in_chat(self, drawing: Drawing) -> float:
        """Return the seconds that a drawing has to wait for the limits of its own chat."""
        if self._is_hurried:
            return self._bucket.hold
        bucket = self._bucket
        in_chat = bucket.hold if self._may_skip_queue(drawing) else bucket.pause
        return max(in_chat, self._ask_at - time.monotonic(), 0.0)

    def _may_skip_queue(self, drawing: Drawing) -> bool:
        # People can't go on before they see the new buttons.
        return self._shown.changes_buttons(drawing) and not self._limiter.hold

    async def _run(self) -> None:
        try:
            while self._pending:
                # The edit stays in the list while it waits, so that later drawings merge with it.
                is_wanted = await self._is_next_wanted()
                self._current = edit = self._pending.pop(0)
                drawn = await self._carry_out(edit) if is_wanted else Drawn.MERGED
                self._current = None
                edit.done.set()
                telemetry.edits_waiting(-1)
                telemetry.edit_done(drawn)
        finally:
            # After a failure or a cancellation: a ticket that is left would delay other messages.
            self._give_ticket_back()
        self._on_idle()

    async def _carry_out(self, edit: PendingEdit) -> Drawn:
        self._stuck_at = asyncio.get_running_loop().time() + SOON
        # Another update started this task, and log lines would carry its id.
        update_id.set(edit.update)
        drawn = None
        try:
            drawn = await patiently(
                partial(self._draw, edit),
                within=DAY,
                wanted=partial(self._is_wanted, edit),
            )
        except Exception:
            log.exception("edit_failed")
        if drawn is None:
            await self._editor.release(edit.drawing)
        return drawn or Drawn.DROPPED

    async def _is_next_wanted(self) -> bool:
        """Wait until the first edit may be made; tell whether this worker should make it."""
        try:
            return await self._wait_for_permission()
        except Exception:
            # Make the edit without permission: all later edits of the message wait for it.
            log.exception("edit_wait_failed")
            self._skip_queue()
            return True

    async def _wait_for_permission(self) -> bool:
        """Wait for all limits and the edit permit; tell whether the edit is still wanted."""
        while True:
            await self._wait_for_limits()
            edit = self._pending[0]
            pause = await self._editor.claim(edit.drawing, edit.version)
            needs_no_permit = self._is_hurried or self._shown.shows(edit.drawing, edit.version)
            if pause == 0 and not needs_no_permit:
                pause = await self._take_permit(edit)
            self._permit_known.set()
            # A worker that stops does not wait for another worker that sends the message.
            is_skipped = pause is None or (pause > 0 and self._is_hurried)
            if is_skipped and self._pending[0] is edit:
                self._shown.skip(edit.drawing)
                self._give_ticket_back()
                return False
            if pause == 0:
                return True
            self._ask_at = time.monotonic() + (pause or 0)

    async def _take_permit(self, edit: PendingEdit) -> float | None:
        """Ask for the edit permit; see `EditPermits.take`."""
        return await self._permits.take(
            edit.drawing,
            self._shown.target(edit.drawing),
            edit.version,
            self._bucket,
            changes=self._shown.changes_buttons(edit.drawing),
            # This worker does not know when another worker can draw.
            may_skip=not self._is_promised,
        )

    async def _wait_for_limits(self) -> None:
        while pause := self._pause(self._pending[0].drawing):
            if self._ticket is None:
                pause = self._pause_in_chat(self._pending[0].drawing)
                if not pause:
                    # Not earlier: a ticket of a chat that is held back would delay the others.
                    self._ticket = self._limiter.take_ticket(self._wake_for_ticket)
                    continue
            await self._sleep(pause)
        if self._ticket is None or self._limiter.pause(self._ticket):
            # The edit changes buttons, perhaps only by now, so it needs no ticket from the queue.
            self._skip_queue()
        elif self._ticket.state is TicketState.WAITING:
            await self._redeem(self._ticket)

    def _skip_queue(self) -> None:
        """Take a ticket that is valid at once, in place of the one that waits, if any."""
        self._give_ticket_back()
        self._ticket = self._limiter.skip_queue()

    def _give_ticket_back(self) -> None:
        if self._ticket:
            self._limiter.give_back(self._ticket)
        self._ticket = None

    async def _wait_for_retry(self, edit: PendingEdit) -> bool:
        """Wait for a new ticket to retry an edit; tell whether the edit is still wanted."""
        self._ticket = self._limiter.take_ticket(self._wake_for_ticket)
        while self._is_wanted(edit) and (pause := self._limiter.pause(self._ticket)):
            await self._sleep(pause)
        if not self._is_wanted(edit):
            return False
        await self._redeem(self._ticket)
        return True

    async def _redeem(self, ticket: Ticket) -> None:
        await asyncio.sleep(self._limiter.redeem(ticket))

    async def _sleep(self, seconds: float) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _is_wanted(self, edit: PendingEdit) -> bool:
        # A new message is sent first; the next window is then edited in.
        return edit.drawing.fresh or not (self._pending and edit.is_replaced_by(self._pending[0]))

    async def _draw(self, edit: PendingEdit) -> Drawn:
        # The first try used the ticket up. Many edits may be retried at the same time.
        if self._ticket is None and not await self._wait_for_retry(edit):
            return Drawn.MERGED
        ticket, self._ticket = self._ticket, None
        # Spent before the edit, so that no answer promises the same token.
        give_back = self._bucket.give_back if self._bucket.spend() else lambda: None
        try:
            is_drawn = await self._editor.draw(edit.drawing, edit.version)
        except TelegramRetryAfter as error:
            self._bucket.hold_back(error.retry_after)
            self._limiter.refused(edit.drawing.chat_id, error.retry_after)
            raise
        except TelegramMigrateToChat as error:
            await self._on_upgrade(int(edit.drawing.chat_id), error.migrate_to_chat_id)
            raise
        except Exception:
            give_back()
            raise
        if not is_drawn:
            give_back()
            if ticket:
                self._limiter.give_back(ticket)
            return Drawn.UNCHANGED
        self._limiter.accepted()
        return Drawn.SENT if edit.drawing.fresh else Drawn.EDITED
