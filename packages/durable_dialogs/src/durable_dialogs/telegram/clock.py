"""Compares this machine's clock with the `Date` of Telegram's answers (RFC 9110, 6.6.1).

What Telegram signs (initData, logins) and what the application signs (sessions, bills) expires by
this machine's clock. If the clock is wrong, valid signatures are refused, so the log warns of it.
"""

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

import structlog

from durable_dialogs.telemetry import telemetry

WRONG = 30.0
"""Seconds that the clocks may differ before this machine's counts as wrong."""
QUICK = 5.0
"""Seconds that a call may take to be compared.

Telegram dates its answer at some moment of the call. The longer the call, the less that tells.
"""

log = structlog.get_logger(__name__)


class TelegramClock:
    """Compares the clocks, and warns once each time they begin to differ."""

    def __init__(self) -> None:
        self._skew: float | None = None
        self._is_wrong = False

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of Telegram's, negative if it is behind.

        0 if the difference is too small to be seen in a call, None if no answer had a date yet.
        """
        return self._skew

    def compare(self, date: str | None, began: float, ended: float) -> None:
        """Compare the clocks by an answer of Telegram.

        Args:
            date: The answer's `Date`, None if it has none.
            began: When the call began by this machine's clock, in seconds since 1970.
            ended: When the call ended, likewise.
        """
        dated = _seconds(date) if date and 0 <= ended - began <= QUICK else None
        if dated is None:
            return
        # Telegram dated the answer at some moment of the call, within this second.
        ahead, behind = began - (dated + 1), ended - dated
        skew = max(ahead, 0.0) or min(behind, 0.0)
        if skew != self._skew:  # most calls find 0 again, and need no telemetry
            self._skew = skew
            telemetry.clock_skew(skew)
        was_wrong, self._is_wrong = self._is_wrong, abs(skew) > WRONG
        if self._is_wrong and not was_wrong:
            log.warning("clock_wrong", **self.verdict())
        elif was_wrong and not self._is_wrong:
            log.info("clock_right")

    def verdict(self) -> dict[str, object]:
        """Return the fields of a log line that say which clock is off, and what to do."""
        if self._skew is None:
            return {"off": "unknown", "hint": "no answer of Telegram had a date to compare with"}
        if abs(self._skew) <= WRONG:
            return {"off": "not this machine's", "hint": "it agrees with Telegram's"}
        how = "ahead of" if self._skew > 0 else "behind"
        hint = f"it is {abs(self._skew):.0f} s {how} Telegram's; set it, for example by NTP"
        return {"off": "this machine's", "hint": hint}


@lru_cache(maxsize=4)
def _seconds(date: str) -> float | None:
    """Parse a date; cached, because many answers have the same one."""
    try:
        read = parsedate_to_datetime(date)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):  # the latter for an offset or a year that is too large
        return None
