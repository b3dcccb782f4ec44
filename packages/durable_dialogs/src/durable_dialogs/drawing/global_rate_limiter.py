"""Limits how fast the messages of all chats together are edited: an edit waits with a ticket."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from durable_dialogs.token_bucket import TokenBucket

EDITS_PER_SECOND = 30
"""Edits that Telegram allows in a second over all chats (Bot FAQ, "My bot is hitting limits,
how do I avoid this?")."""

REFUSED_CHATS = 3
"""Chats that Telegram must refuse in a row before the limiter holds all chats back."""

REFUSED_WITHIN = 1.0
"""Most seconds between two refusals in a row."""

LEAST_RATE = 1 / 4
"""Share of the rate that the queue keeps, however many edits skip it."""

MAX_DEBT = 3.0
"""Seconds by which edits that skip the queue may set it back before `LEAST_RATE` applies."""

BACKGROUND_RATE = 2 / 3
"""Share of the rate for background edits, which no person waits for, while the queue is short."""

SHORT_QUEUE = 0.3
"""Seconds that a new ticket waits at most while the queue counts as short."""


class TicketState(Enum):
    """What has become of a ticket."""

    WAITING = auto()
    """It waits in the queue."""
    REDEEMED = auto()
    """Its turn came, and its edit may be made."""
    SKIPPED_QUEUE = auto()
    """It went before all tickets in the queue."""


@dataclass(slots=True, eq=False)
class Ticket:
    """The right to make one edit, now or when its number is called.

    Attributes:
        number: The number in the queue; it has a meaning only while the ticket waits.
        state: What has become of it.
    """

    number: float
    state: TicketState = TicketState.WAITING


class GlobalRateLimiter:
    """Calls the tickets of all chats in order, at the rate that Telegram allows.

    While no ticket waits, the limiter saves up the tickets of one second, at least one. An
    edit that skips the queue moves every waiting ticket back by one, so the overall rate
    stays the same. If too many edits skip the queue, it still moves at `LEAST_RATE`, so that no
    ticket waits for ever.

    After a process has stalled, many tickets are due at the same time. They are redeemed at
    the same rate, too.
    """

    def __init__(self) -> None:
        self._rate = self._saved = float(EDITS_PER_SECOND)
        # The last number that was issued, and the last one that was called.
        self._issued = 0.0
        self._called = self._saved
        # The least value to which skipping edits may set `_called` back.
        self._floor = self._called - MAX_DEBT * self._rate
        # When `_called` was computed; in the future while all chats are held back.
        self._computed_at = time.monotonic()
        # Spaces the edits that are really made.
        self._bucket = TokenBucket(burst=self._saved, rate=self._rate)
        # How to wake the owner of each waiting ticket, in order.
        self._waiting: dict[Ticket, Callable[[], bool]] = {}
        self._refused: dict[int | str, float] = {}
        self._refused_at = -math.inf

    def share(self, workers: int) -> None:
        """Use only this worker's share of the rate.

        Args:
            workers: Number of workers that run the bot, this one included.
        """
        self._advance()
        self._rate = EDITS_PER_SECOND / workers
        # With many workers a share is below 1, but one edit must pass at once if none waits.
        self._saved = max(self._rate, 1.0)
        self._bucket = TokenBucket(burst=self._saved, rate=self._rate)

    def take_ticket(self, wake: Callable[[], bool]) -> Ticket:
        """Take a ticket at the end of the queue.

        Args:
            wake: Called when the ticket may be called sooner than `pause` has told. Returns
                whether its owner waits for the ticket and for nothing else.
        """
        self._advance()
        self._issued += 1
        ticket = Ticket(self._issued)
        self._waiting[ticket] = wake
        return ticket

    def skip_queue(self) -> Ticket:
        """Take a ticket that is valid at once; all tickets in the queue wait longer for it."""
        self._advance()
        self._called = max(self._called - 1, self._floor)
        self._bucket.spend()
        return Ticket(self._issued, TicketState.SKIPPED_QUEUE)

    def give_back(self, ticket: Ticket) -> None:
        """Give an unused ticket back: all tickets in the queue move up by one.

        A ticket that skipped the queue moves none up, because it may have moved none back: if
        too many tickets skip the queue, `LEAST_RATE` applies.
        """
        if ticket.state is TicketState.SKIPPED_QUEUE:
            return
        self._advance()
        self._waiting.pop(ticket, None)
        self._called, self._floor = self._called + 1, self._floor + 1
        if ticket.state is TicketState.REDEEMED:
            self._bucket.give_back()
        self._wake_first()

    def redeem(self, ticket: Ticket) -> float:
        """Redeem a waiting ticket whose number was called.

        Returns:
            Seconds to wait before the edit is made, 0 for none.
        """
        del self._waiting[ticket]
        ticket.state = TicketState.REDEEMED
        self._wake_first()
        return self._bucket.queue()

    def pause(self, ticket: Ticket | None) -> float:
        """Return the seconds until a ticket may be redeemed, 0 for now.

        Args:
            ticket: The ticket; None for one that would be taken now.
        """
        self._advance()
        number = self._issued + 1 if ticket is None else ticket.number
        is_waiting = ticket is None or ticket.state is TicketState.WAITING
        return self.hold + (max(0.0, number - self._called) / self._rate if is_waiting else 0.0)

    @property
    def background_capacity(self) -> int:
        """How many background edits may begin in the next second, at least 1."""
        is_short = self.pause(None) <= SHORT_QUEUE
        return max(1, int(BACKGROUND_RATE * self._rate)) if is_short else 1

    @property
    def hold(self) -> float:
        """Seconds for which all chats are held back, 0 for none."""
        return max(0.0, self._computed_at - time.monotonic())

    def refused(self, chat_id: int | str, retry_after: float) -> None:
        """Note that Telegram refused an edit because of too many requests.

        One refused chat has reached its own limit. If Telegram refuses several chats in a row,
        the bot has reached the limit over all chats. Then no edit is made for the shortest of
        the times that Telegram named, and no edit skips the queue meanwhile.

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
            self._advance()
            self._called = min(self._called, self._issued)
            self._floor = min(self._floor, self._called)
            self._computed_at = max(self._computed_at, now + min(self._refused.values()))

    def accepted(self) -> None:
        """Note that Telegram accepted an edit."""
        self._refused.clear()

    def _wake_first(self) -> None:
        """Wake the owners of all tickets that are called, and of the next one.

        That one wakes the ticket behind it when it is redeemed.
        """
        for ticket, wake in self._waiting.items():
            if wake() and ticket.number > self._called:
                break

    def _advance(self) -> None:
        """Call the numbers for the time that has passed."""
        now = time.monotonic()
        if now > self._computed_at:
            called = (now - self._computed_at) * self._rate
            self._called, self._floor = self._called + called, self._floor + called * LEAST_RATE
            self._computed_at = now
        self._called = min(self._called, self._issued + self._saved)
        # While no ticket waits, the queue need not be kept moving.
        self._floor = min(self._floor, self._issued)
        self._floor = max(self._floor, self._called - MAX_DEBT * self._rate)
