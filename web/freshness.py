"""Whether what Telegram has signed still counts, and which clock is off if it does not."""

import time

import structlog

from durable_dialogs import TelegramClock

SKEW = 60
"""Seconds that the clocks of Telegram and this machine may be apart."""
OLD = 10 * 60
"""Seconds after which it is told that something was signed long ago: a page that was left open,
or a clock that is ahead."""
AGAIN = 60.0
"""Seconds between two lines of the log that tell the same."""

log = structlog.get_logger(__name__)


class TooOldError(Exception):
    """It was signed too long ago."""


class ClockError(Exception):
    """By this machine's clock it does not count, because the clocks do not agree."""


class Freshness:
    """Tells whether what was signed still counts.

    Args:
        clock: Knows how far this machine's clock is from Telegram's.
    """

    def __init__(self, clock: TelegramClock) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}

    def check(self, what: str, signed: float, now: float, max_age: float) -> None:
        """Make sure that something still counts.

        Args:
            what: What was signed, in a word for the log.
            signed: When, by Telegram's clock, in seconds since 1970.
            now: The time by this machine's clock.
            max_age: Seconds for which it counts.

        Raises:
            TooOldError: It was signed longer ago.
            ClockError: It was signed in the future, or longer ago only because this machine's
                clock is ahead.
        """
        age = now - signed
        if age < -SKEW:
            self._tell("signed_in_future", what, -age)
            raise ClockError
        if age > OLD:
            self._tell("signed_long_ago", what, age)
        if age > max_age:
            raise ClockError if age - (self._clock.skew or 0) <= max_age else TooOldError

    def _tell(self, event: str, what: str, seconds: float) -> None:
        now = time.monotonic()
        if now >= self._told.get(event, 0.0):
            self._told[event] = now + AGAIN
            log.warning(event, what=what, seconds=round(seconds), **self._clock.verdict())
