"""The clock of the playground, which can be moved forward.

Moving it by a day expires updates and callback queries, and sends webhook repetitions that wait.
Nothing else in the playground reads the wall time.
"""

import asyncio
import time
from collections.abc import Callable


class Timer:
    """A function call that is scheduled on a `Clock`.

    Attributes:
        when: The time of the call, in seconds since 1970 by the clock.
        handle: The event loop's timer for it.
    """

    def __init__(self, clock: "Clock", when: float, callback: Callable[[], None]) -> None:
        self._clock = clock
        self._callback = callback
        self.when = when
        self.handle: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Cancel the call; does nothing if it was made already."""
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
        source: Gives the wall time in seconds since 1970.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._shift = 0.0
        self._timers: set[Timer] = set()

    @property
    def waiting(self) -> int:
        """The number of calls that are scheduled."""
        return len(self._timers)

    def time(self) -> float:
        """Give the time in seconds since 1970."""
        return self._source() + self._shift

    def advance(self, seconds: float) -> None:
        """Move the clock forward; calls that are due by then are made in their order.

        Args:
            seconds: How far, not negative.

        Raises:
            ValueError: If `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._shift += seconds
        for timer in sorted(self._timers, key=lambda timer: timer.when):
            self._arm(timer)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call a function when `seconds` have passed on this clock."""
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
        """Remove a timer that was cancelled or has fired."""
        self._timers.discard(timer)

    def _arm(self, timer: Timer) -> None:
        if timer.handle is not None:
            timer.handle.cancel()
        left = max(0.0, timer.when - self.time())
        timer.handle = asyncio.get_running_loop().call_later(left, timer.fire)
