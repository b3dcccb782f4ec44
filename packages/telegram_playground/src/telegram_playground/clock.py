"""The clock that everything in the playground goes by.

A day can be made to pass at once: updates expire, callback queries run out, a waiting repetition
of a webhook call is sent. Nothing in the playground reads the time elsewhere.
"""

import asyncio
import time
from collections.abc import Callable


class Timer:
    """A call that is to come at some time on a `Clock`."""

    def __init__(self, clock: "Clock", when: float, callback: Callable[[], None]) -> None:
        self._clock = clock
        self._callback = callback
        self.when = when
        self.handle: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Give the call up; once it was made, this does nothing."""
        if self.handle is not None:
            self.handle.cancel()
        self._clock.forget(self)

    def fire(self) -> None:
        """Make the call now."""
        self.cancel()
        self._callback()


class Clock:
    """Wall time that can be moved forward.

    Args:
        source: Where the time comes from, in seconds since 1970.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._shift = 0.0
        self._timers: set[Timer] = set()

    @property
    def waiting(self) -> int:
        """How many calls are still to come."""
        return len(self._timers)

    def time(self) -> float:
        """The time now, in seconds since 1970."""
        return self._source() + self._shift

    def advance(self, seconds: float) -> None:
        """Let time pass at once.

        Args:
            seconds: How far to go; timers that are due by then run in their order.

        Raises:
            ValueError: If time would run backwards.
        """
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._shift += seconds
        for timer in sorted(self._timers, key=lambda timer: timer.when):
            self._arm(timer)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Have a function called when `seconds` have passed on this clock."""
        timer = Timer(self, self.time() + seconds, callback)
        self._timers.add(timer)
        self._arm(timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed on this clock."""
        passed = asyncio.Event()
        timer = self.call_later(seconds, passed.set)
        try:
            await passed.wait()
        finally:
            timer.cancel()

    def forget(self, timer: Timer) -> None:
        """Drop a timer that was cancelled or has fired."""
        self._timers.discard(timer)

    def _arm(self, timer: Timer) -> None:
        if timer.handle is not None:
            timer.handle.cancel()
        left = max(0.0, timer.when - self.time())
        timer.handle = asyncio.get_running_loop().call_later(left, timer.fire)
