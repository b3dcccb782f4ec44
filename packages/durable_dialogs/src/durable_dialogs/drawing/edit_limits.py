"""What the edits of one message wait for: the limits of its chat, and a ticket of all chats."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from durable_dialogs.drawing.global_rate_limiter import GlobalRateLimiter, Ticket, TicketState
from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.drawing.shown_messages import ShownMessages
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.token_bucket import TokenBucket


class EditLimits:
    """The limits that the edits of one message wait for.

    Args:
        bucket: The token bucket of the chat.
        limiter: The rate limiter over all chats.
        shown: Tells whether a drawing changes buttons.

    Attributes:
        bucket: As given.
        limiter: As given.
        ticket: The ticket for the next edit, None if there is none yet.
        is_hurried: Whether the edits wait for no limit of the chat but the time that Telegram
            asked for.
    """

    def __init__(
        self, bucket: TokenBucket, limiter: GlobalRateLimiter, shown: ShownMessages
    ) -> None:
        self.bucket = bucket
        self.limiter = limiter
        self.is_hurried = False
        self.ticket: Ticket | None = None
        self._shown = shown
        # Before when no edit permit is asked for, by the monotonic clock.
        self._ask_at = 0.0
        # The edits whose first waits for all limits; none while an edit is retried, because that
        # one waits for a ticket alone.
        self._edits: Sequence[PendingEdit] = ()
        self._woken = asyncio.Event()

    def pause(self, drawing: Drawing) -> float:
        """Return the seconds that a drawing has to wait for all limits, 0 for none."""
        for_ticket = 0.0 if self._may_skip_queue(drawing) else self.limiter.pause(self.ticket)
        return max(for_ticket, self._pause_in_chat(drawing))

    def hurry(self) -> None:
        """Wait no longer for the limits of the chat."""
        self.is_hurried = True
        self.wake()

    def put_off(self, seconds: float) -> None:
        """Ask for no edit permit for some seconds, 0 to ask at once."""
        self._ask_at = time.monotonic() + seconds

    def wake(self) -> None:
        """Compute again how long to wait."""
        self._woken.set()

    async def wait(self, edits: Sequence[PendingEdit]) -> None:
        """Wait for all limits, and for a ticket.

        Args:
            edits: The pending edits. The first one waits; a later one may replace it meanwhile.
        """
        self._edits = edits
        while pause := self.pause(edits[0].drawing):
            if self.ticket is None:
                pause = self._pause_in_chat(edits[0].drawing)
                if not pause:
                    # Not earlier: a ticket of a chat that is held back would delay the others.
                    self.ticket = self.limiter.take_ticket(self._wake_for_ticket)
                    continue
            await self._sleep(pause)
        if self.ticket is None or self.limiter.pause(self.ticket):
            # The edit changes buttons, perhaps only by now, so it needs no ticket from the queue.
            self.skip_queue()
        elif self.ticket.state is TicketState.WAITING:
            await self._redeem(self.ticket)

    async def wait_again(self, is_wanted: Callable[[], bool]) -> bool:
        """Wait for a new ticket to retry an edit; tell whether the edit is still wanted."""
        self._edits = ()
        self.ticket = self.limiter.take_ticket(self._wake_for_ticket)
        while is_wanted() and (pause := self.limiter.pause(self.ticket)):
            await self._sleep(pause)
        if not is_wanted():
            return False
        await self._redeem(self.ticket)
        return True

    def take(self) -> Ticket | None:
        """Use the ticket up."""
        ticket, self.ticket = self.ticket, None
        return ticket

    def skip_queue(self) -> None:
        """Take a ticket that is valid at once, in place of the one that waits, if any."""
        self.give_ticket_back()
        self.ticket = self.limiter.skip_queue()

    def give_ticket_back(self) -> None:
        """Give the ticket back, if there is one."""
        if ticket := self.take():
            self.limiter.give_back(ticket)

    def _wake_for_ticket(self) -> bool:
        """Wake the edit if it waits for its ticket alone, and tell whether it does."""
        is_alone = not self._edits or not self._pause_in_chat(self._edits[0].drawing)
        if is_alone:
            self._woken.set()
        return is_alone

    def _pause_in_chat(self, drawing: Drawing) -> float:
        """Return the seconds that a drawing has to wait for the limits of its own chat."""
        bucket = self.bucket
        if self.is_hurried:
            return bucket.hold
        in_chat = bucket.hold if self._may_skip_queue(drawing) else bucket.pause
        return max(in_chat, self._ask_at - time.monotonic(), 0.0)

    def _may_skip_queue(self, drawing: Drawing) -> bool:
        # People can't go on before they see the new buttons.
        return self._shown.changes_buttons(drawing) and not self.limiter.hold

    async def _redeem(self, ticket: Ticket) -> None:
        await asyncio.sleep(self.limiter.redeem(ticket))

    async def _sleep(self, seconds: float) -> None:
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
