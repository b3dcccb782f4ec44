"""Limits how fast the messages of all chats together are edited: an edit waits with a ticket."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from durable_dialogs.token_bucket import TokenBucket

EDITS_PER_SECOND = 30
"""Edits that Telegram allows in a second over all chats (Bot FAQ, "My bot is hitting limits,
how do I avoid this?")."""

URGENT_IN_A_ROW = 3
"""Urgent tickets that are called in a row while others wait, so that no ticket waits for ever."""

REFUSED_CHATS = 3
"""Chats that Telegram must refuse in a row before the limiter holds all chats back."""

REFUSED_WITHIN = 1.0
"""Most seconds between two refusals in a row."""

BACKGROUND_RATE = 2 / 3
"""Share of the rate for background edits, which no person waits for, while the queue is short."""

SHORT_QUEUE = 0.3
"""Seconds that a new ticket waits at most while the queue counts as short."""


@dataclass(frozen=True, slots=True, eq=False)
class Ticket:
    """The right to make one edit, once it is called.

    Attributes:
        called: Set when the ticket is called.
    """

    called: asyncio.Event = field(default_factory=asyncio.Event)


class GlobalRateLimiter:
    """Calls the tickets of all chats, at the rate that Telegram allows.

    Urgent tickets have a queue of their own and are called first, at most `URGENT_IN_A_ROW` in a
    row while others wait. Within a queue they are called in their order. While no ticket waits,
    the limiter saves up the tickets of one second, at least one.
    """

    def __init__(self) -> None:
        self._urgent: OrderedDict[Ticket, None] = OrderedDict()
        self._others: OrderedDict[Ticket, None] = OrderedDict()
        # How many urgent tickets were called since another one was.
        self._in_a_row = 0
        self._bucket = TokenBucket(burst=EDITS_PER_SECOND, rate=EDITS_PER_SECOND)
        self._timer: asyncio.TimerHandle | None = None
        self._refused: dict[int | str, float] = {}
        self._refused_at = 0.0

    def share(self, workers: int) -> None:
        """Use only this worker's share of the rate, and of the tickets that were saved up.

        Args:
            workers: Number of workers that run the bot, this one included.
        """
        rate = EDITS_PER_SECOND / workers
        # With many workers a share is below 1, but one edit must pass at once if none waits.
        self._bucket.resize(burst=max(rate, 1.0), rate=rate)
        self.call_due()

    def ticket(self, *, urgent: bool) -> Ticket:
        """Take a ticket at the end of its queue; it may be called at once."""
        ticket = Ticket()
        (self._urgent if urgent else self._others)[ticket] = None
        self.call_due()
        return ticket

    def make_urgent(self, ticket: Ticket) -> None:
        """Move a ticket that still waits to the end of the urgent ones."""
        if ticket in self._others:
            del self._others[ticket]
            self._urgent[ticket] = None

    def give_back(self, ticket: Ticket) -> None:
        """Give an unused ticket back, so that the next one is called instead."""
        if ticket.called.is_set():
            self._bucket.give_back()
            self.call_due()
        else:
            (self._urgent if ticket in self._urgent else self._others).pop(ticket)

    def delay(self, *, urgent: bool) -> float:
        """Return about how many seconds a ticket would wait that is taken now, 0 for none."""
        ahead = len(self._urgent) + (0 if urgent else len(self._others))
        return self._bucket.pause + ahead / self._bucket.rate

    def call_due(self) -> None:
        """Call all tickets that may be called by now; a timer does so later."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        while self._urgent or self._others:
            if not self._bucket.spend():
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._bucket.pause, self.call_due)
                break
            self._next().called.set()

    @property
    def background_capacity(self) -> int:
        """How many background edits may begin in the next second, at least 1."""
        is_short = self.delay(urgent=False) <= SHORT_QUEUE
        return max(1, int(BACKGROUND_RATE * self._bucket.rate)) if is_short else 1

    def refused(self, chat_id: int | str, retry_after: float) -> None:
        """Note that Telegram refused an edit because of too many requests.

        One refused chat has reached its own limit. If Telegram refuses several chats in a row,
        the bot has reached the limit over all chats. Then no edit is made for the shortest of
        the times that Telegram named.

        Args:
            chat_id: The chat of the refused edit.
            retry_after: Seconds that Telegram names.
        """
        now = time.monotonic()
        if now - self._refused_at > REFUSED_WITHIN:
            self._refused.clear()
        self._refused_at = now
        self._refused[chat_id] = retry_after
        if len(self._refused) >= REFUSED_CHATS:
            self._bucket.hold_back(min(self._refused.values()))

    def accepted(self) -> None:
        """Note that Telegram accepted an edit."""
        self._refused.clear()

    def _next(self) -> Ticket:
        """Take the ticket that is called next off its queue."""
        queue = self._urgent if self._in_a_row < URGENT_IN_A_ROW else self._others
        queue = queue or self._urgent or self._others
        self._in_a_row = self._in_a_row + 1 if queue is self._urgent else 0
        ticket, _ = queue.popitem(last=False)
        return ticket
