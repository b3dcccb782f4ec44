"""What the edits of one message wait for: the limits of its chat, and a ticket of all chats."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.drawing.rate_limits import GlobalRateLimiter, Ticket
from durable_dialogs.drawing.shown_messages import ShownMessage
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.token_bucket import TokenBucket


class EditLimits:
    """The limits that the edits of one message wait for.

    Edits that change buttons are urgent, because people can't go on before they see the new ones.

    Args:
        bucket: The token bucket of the chat.
        limiter: The rate limiter over all chats.
        message: Tells whether a drawing changes buttons.

    Attributes:
        bucket: As given.
        limiter: As given.
        message: As given.
        is_hurried: Whether the edits wait for no limit of the chat but the time that Telegram
            asked for.
    """

    def __init__(
        self, bucket: TokenBucket, limiter: GlobalRateLimiter, message: ShownMessage
    ) -> None:
        self.bucket = bucket
        self.limiter = limiter
        self.message = message
        self.is_hurried = False
        # The ticket for the next edit.
        self._ticket: Ticket | None = None
        self._woken = asyncio.Event()

    def pause(self, drawing: Drawing) -> float:
        """Return about how many seconds a drawing has to wait for all limits, 0 for none."""
        is_urgent = self.message.changes_buttons(drawing)
        is_called = self._ticket and self._ticket.called.is_set()
        for_ticket = 0.0 if is_called else self.limiter.delay(urgent=is_urgent)
        return max(for_ticket, self._pause_in_chat(is_urgent=is_urgent))

    def changed(self, drawing: Drawing) -> float:
        """Note that the message must now show this; return the seconds as `pause` does."""
        if self._ticket and self.message.changes_buttons(drawing):
            self.limiter.make_urgent(self._ticket)
        pause = self.pause(drawing)
        if not pause:
            self._woken.set()
        return pause

    def hurry(self) -> None:
        """Wait no longer for the limits of the chat."""
        self.is_hurried = True
        self._woken.set()

    async def wait(self, edits: Sequence[PendingEdit]) -> None:
        """Wait for the limits of the chat, then for a ticket.

        Args:
            edits: The pending edits. The first one waits; a later one may replace it meanwhile.
        """
        while True:
            is_urgent = self.message.changes_buttons(edits[0].drawing)
            if pause := self._pause_in_chat(is_urgent=is_urgent):
                await self.sleep(pause)
                continue
            self._ticket = self._ticket or self.limiter.ticket(urgent=is_urgent)
            if self._ticket.called.is_set():
                return
            await self._ticket.called.wait()

    async def take(self, is_wanted: Callable[[], bool]) -> Ticket | None:
        """Use the ticket up, or another one to retry an edit; None if that is not wanted any more.

        Many edits may be retried at the same time, so a retry waits like all others.
        """
        if self._ticket is None:
            self._ticket = self.limiter.ticket(urgent=False)
            await self._ticket.called.wait()
            if not is_wanted():
                return None
        ticket, self._ticket = self._ticket, None
        return ticket

    async def sleep(self, seconds: float) -> None:
        """Wait without a ticket, because a ticket that is not used would delay other chats.

        This ends early if the message must show something else and no limit keeps it waiting.
        """
        self.give_ticket_back()
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def give_ticket_back(self) -> None:
        """Give the ticket back, if there is one."""
        if self._ticket:
            self.limiter.give_back(self._ticket)
        self._ticket = None

    def _pause_in_chat(self, *, is_urgent: bool) -> float:
        return self.bucket.hold if is_urgent or self.is_hurried else self.bucket.pause
