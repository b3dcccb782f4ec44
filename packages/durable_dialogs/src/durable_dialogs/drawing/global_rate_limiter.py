"""The line in which the messages of all chats wait: what Telegram bears over all of them."""

import math
import time
from collections.abc import Callable

from durable_dialogs.token_bucket import TokenBucket

WHOLE = 30
"""Edits that Telegram bears in a second over all chats (Bot FAQ, "My bot is hitting limits,
how do I avoid this?")."""

SEVERAL = 3
"""Chats refused in a row, within
AT_ONCE: seconds, after which the limit over all chats must be the one that was reached."""
AT_ONCE = 1.0

LEAST = 1 / 4
"""The part of the rate at which the line goes on however many jump it, and"""
DEBT = 3.0
"""seconds of the rate by which they may set it back before."""

SPARE = 2 / 3
"""The part of the rate that is for what nobody waits for, while the line is no longer than"""
SHORT = 0.3
"""seconds."""

SERVED = -math.inf
"""The place of whose turn has come, and"""
JUMPED = -1e300
"""of who has gone before all others. Both come before any number."""


class GlobalRateLimiter:
    """Lets drawings pass at the rate that Telegram bears of all chats, one after the other.

    Places are numbers. So many as pass in a second, or one where that is less, are kept
    ready while nobody comes. Who jumps the line takes a place, too: all who wait are
    one further from theirs, and so on the whole no more pass than if everybody waited.
    Only where ever more jump than may pass at all the line still moves a little: else
    whoever waits would wait for ever.

    A process that has stalled finds the turn of many come: they pass at the same rate, too.
    """

    def __init__(self) -> None:
        self._rate = self._ready = float(WHOLE)
        # The last place that was taken, and the last one whose turn it is.
        self._last = 0.0
        self._served = self._ready
        # Before which nobody is set back.
        self._floor = self._served - DEBT * self._rate
        # When that was, in the future where all are held back.
        self._since = time.monotonic()
        # What has really passed.
        self._passing = TokenBucket(burst=self._ready, rate=self._rate)
        # How to wake who waits, in their order.
        self._waiting: dict[float, Callable[[], bool]] = {}
        self._refused: dict[int | str, float] = {}
        self._refused_at = -math.inf

    def share(self, workers: int) -> None:
        """Leave others their part.

        Args:
            workers: How many share the bot, this one among them.
        """
        self._go_on()
        self._rate = WHOLE / workers
        # Else nobody would pass at once among many workers, though nothing waits.
        self._ready = max(self._rate, 1.0)
        self._passing = TokenBucket(burst=self._ready, rate=self._rate)

    def join(self, wake: Callable[[], bool]) -> float:
        """Take the last place, and give it.

        Args:
            wake: Called when the turn may come sooner than `pause` has told; tells whether it is
                the turn that is waited for, and nothing else besides.
        """
        self._go_on()
        self._last += 1
        self._waiting[self._last] = wake
        return self._last

    def jump(self) -> float:
        """Go before all who wait, who wait that much longer; give the place."""
        self._go_on()
        self._served = max(self._served - 1, self._floor)
        self._passing.spend()
        return JUMPED

    def leave(self, place: float) -> None:
        """Give up a place: who waits is one nearer to theirs.

        But who has jumped gives nothing back, having taken nothing where the line was overrun.

        Args:
            place: The place.
        """
        if place == JUMPED:
            return
        self._go_on()
        self._waiting.pop(place, None)
        self._served, self._floor = self._served + 1, self._floor + 1
        if place == SERVED:
            self._passing.give_back()
        self._wake_first()

    def serve(self, place: float) -> float:
        """Take the turn that has come; give the seconds that it takes yet, 0 for none.

        Args:
            place: The place.
        """
        del self._waiting[place]
        self._wake_first()
        return self._passing.queue()

    def pause(self, place: float | None) -> float:
        """Give the seconds until it is a place's turn, 0 for now; None is who would come last."""
        self._go_on()
        wanted = self._last + 1 if place is None else place
        return self.hold + max(0.0, wanted - self._served) / self._rate

    @property
    def room(self) -> int:
        """How many may come in the next second that can wait, so that others hardly have to."""
        return max(1, int(SPARE * self._rate)) if self.pause(None) <= SHORT else 1

    @property
    def hold(self) -> float:
        """Seconds for which Telegram wants to be left alone, 0 for none."""
        return max(0.0, self._since - time.monotonic())

    def refused(self, chat_id: int | str, retry_after: float) -> None:
        """Note that Telegram asks for patience.

        One chat's limit is that chat's matter. But where several chats are refused in a
        row, nobody passes for the shortest of the times that were named, and nobody jumps
        the line meanwhile: all come back one after the other.

        Args:
            chat_id: The chat of the drawing that was refused.
            retry_after: Seconds that Telegram names.
        """
        now = time.monotonic()
        if now - self._refused_at > AT_ONCE:
            self._refused.clear()
        self._refused_at = now
        self._refused[chat_id] = retry_after
        if len(self._refused) >= SEVERAL:
            self._go_on()
            self._served = min(self._served, self._last)
            self._floor = min(self._floor, self._served)
            self._since = max(self._since, now + min(self._refused.values()))

    def passed(self) -> None:
        """Note that Telegram has taken a drawing."""
        self._refused.clear()

    def _wake_first(self) -> None:
        """Wake whose turn has come, and who is next then, who wakes the one behind in turn."""
        for place, wake in self._waiting.items():
            if wake() and place > self._served:
                break

    def _go_on(self) -> None:
        now = time.monotonic()
        if now > self._since:
            passed = (now - self._since) * self._rate
            self._served, self._floor = self._served + passed, self._floor + passed * LEAST
            self._since = now
        self._served = min(self._served, self._last + self._ready)
        # Where nobody waits, nobody has to be kept moving.
        self._floor = min(self._floor, self._last)
        self._floor = max(self._floor, self._served - DEBT * self._rate)
