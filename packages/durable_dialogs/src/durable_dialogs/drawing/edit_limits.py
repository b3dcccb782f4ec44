"""What the edits of one message wait for: the limits of its chat, and a ticket of all chats."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from durable_dialogs.drawing.global_rate_limiter import GlobalRateLimiter, Ticket, TicketState
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
        is_hurried: Whether the edits wait for no limit of the chat but the time that Telegram
            asked for.
    """

    def __init__(
        self, bucket: TokenBucket, limiter: GlobalRateLimiter, shown: ShownMessages
    ) -> None:
        self.bucket = bucket
        self.limiter = limiter
        self.is_hurried = False
        self._shown = shown
        self._ticket: Ticket | None = None
        # Before when no edit permit is asked for, by the monotonic clock.
        self._ask_at = 0.0
        # Returns the drawing that waits for all limits. None while an edit is retried, because
        # that one waits for a ticket alone.
        self._latest: Callable[[], Drawing] | None = None
        self._woken = asyncio.Event()

    def pause(self, drawing: Drawing) -> float:
        """Return the seconds that a drawing has to wait for all limits, 0 for none."""
        for_ticket = 0.0 if self._may_skip_queue(drawing) else self.limiter.pause(self._ticket)
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

    async def wait(self, latest: Callable[[], Drawing]) -> None:
        """Wait for all limits, and for a ticket.

        Args:
            latest: Returns the drawing that waits; a later one may replace it meanwhile.
        """
        self._latest = latest
        while pause := self.pause(latest()):
            if self._ticket is None:
                pause = self._pause_in_chat(latest())
                if not pause:
                    # Not earlier: a ticket of a chat that is held back would delay the others.
                    self._ticket = self.limiter.take_ticket(self._wake_for_ticket)
                    continue
            await self._sleep(pause)
        if self._ticket is None or self.limiter.pause(self._ticket):
            # The edit changes buttons, perhaps only by now, so it needs no ticket from the queue.
            self.skip_queue()
        elif self._ticket.state is TicketState.WAITING:
            await self._redeem(self._ticket)

    async def wait_again(self, is_wanted: Callable[[], bool]) -> bool:
        """Wait for a ticket to retry an edit, unless the first try left one.

        Returns:
            Whether the edit is still wanted.
        """
        if self._ticket:
            return True
        self._latest = None
        self._ticket = self.limiter.take_ticket(self._wake_for_ticket)
        while is_wanted() and (pause := self.limiter.pause(self._ticket)):
            await self._sleep(pause)
        if not is_wanted():
            return False
        await self._redeem(self._ticket)
        return True

    def take(self) -> Ticket | None:
        """Use the ticket up."""
        ticket, self._ticket = self._ticket, None
        return ticket

    def skip_queue(self) -> None:
        """Take a ticket that is valid at once, in place of the one that waits, if any."""
        self.give_ticket_back()
        self._ticket = self.limiter.skip_queue()

    def give_ticket_back(self) -> None:
        """Give the ticket back, if there is one."""
        if ticket := self.take():
            self.limiter.give_back(ticket)

    def _wake_for_ticket(self) -> bool:
        """Wake the edit if it waits for its ticket alone, and tell whether it does."""
        is_alone = self._latest is None or not self._pause_in_chat(self._latest())
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
