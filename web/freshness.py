"""Checks the age of data that Telegram has signed, and finds out if a clock is wrong."""

import time

import structlog

from durable_dialogs import TelegramClock

SKEW = 60
"""Largest difference between the clocks of Telegram and this machine, in seconds."""
OLD = 10 * 60
"""Age in seconds that is logged: a page was left open, or this machine's clock is ahead."""
AGAIN = 60.0
"""Seconds between two log lines of the same event."""

log = structlog.get_logger(__name__)


class TooOldError(Exception):
    """The data was signed too long ago."""


class ClockError(Exception):
    """The data is refused because the clocks of Telegram and this machine differ."""


class Freshness:
    """Checks the age of signed data.

    Args:
        clock: Knows the difference between this machine's clock and Telegram's.
    """

    def __init__(self, clock: TelegramClock) -> None:
        self._clock = clock
        self._quiet_until: dict[str, float] = {}

    def check(self, what: str, signed: float, now: float, max_age: float) -> None:
        """Check that signed data is not too old.

        Args:
            what: A word for the log that says what was signed.
            signed: The time of the signature by Telegram's clock, in seconds since 1970.
            now: The time by this machine's clock, in seconds since 1970.
            max_age: Seconds for which the signature is valid.

        Raises:
            TooOldError: It was signed more than `max_age` seconds ago.
            ClockError: It was signed in the future, or it seems too old only because this
                machine's clock is ahead.
        """
        age = now - signed
        if age < -SKEW:
            self._warn("signed_in_future", what, -age)
            raise ClockError
        if age > OLD:
            self._warn("signed_long_ago", what, age)
        if age > max_age:
            raise ClockError if age - (self._clock.skew or 0) <= max_age else TooOldError

    def _warn(self, event: str, what: str, seconds: float) -> None:
        now = time.monotonic()
        if now >= self._quiet_until.get(event, 0.0):
            self._quiet_until[event] = now + AGAIN
            log.warning(event, what=what, seconds=round(seconds), **self._clock.verdict())
