"""This machine's clock, compared with Telegram's by the `Date` of its answers (RFC 9110, 6.6.1).

What Telegram signs (initData, logins) and what Tally signs (sessions, bills) counts until a time by
this machine's clock. One that is wrong refuses people who have done nothing wrong, so it is told.
"""

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

import structlog

from durable_dialogs.telemetry import telemetry

WRONG = 30.0
"""Seconds that the clocks may be apart."""
QUICK = 5.0
"""Seconds of the longest call that is looked at: when during a long one the answer was dated is
not known."""

log = structlog.get_logger(__name__)


class TelegramClock:
    """Compares the clocks, warns once, and again only after they agreed in between."""

    def __init__(self) -> None:
        self._skew: float | None = None
        self._is_wrong = False

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of Telegram's, negative if behind.

        0 if they are no further apart than a call can tell, None if Telegram has told no time.
        """
        return self._skew

    def compare(self, date: str | None, began: float, ended: float) -> None:
        """Compare the clocks by an answer.

        Args:
            date: Its `Date`, None if it has none.
            began: When the call began by this machine's clock, in seconds since 1970.
            ended: When it was over.
        """
        told = _seconds(date) if date and 0 <= ended - began <= QUICK else None
        if told is None:
            return
        # It was dated in this second, at some moment of the call.
        ahead, behind = began - (told + 1), ended - told
        skew = max(ahead, 0.0) or min(behind, 0.0)
        if skew != self._skew:  # mostly 0 again, and each call comes by here
            self._skew = skew
            telemetry.clock_skew(skew)
        was_wrong, self._is_wrong = self._is_wrong, abs(skew) > WRONG
        if self._is_wrong and not was_wrong:
            log.warning("clock_wrong", **self.verdict())
        elif was_wrong and not self._is_wrong:
            log.info("clock_right")

    def verdict(self) -> dict[str, object]:
        """Say in a line of the log which clock is off, as far as is known."""
        if self._skew is None:
            return {"off": "unknown", "hint": "Telegram has told no time to compare with"}
        if abs(self._skew) <= WRONG:
            return {"off": "not this machine's", "hint": "it agrees with Telegram's"}
        how = "ahead" if self._skew > 0 else "behind"
        hint = f"it is {abs(self._skew):.0f} s {how} of Telegram's; set it, by NTP for one"
        return {"off": "this machine's", "hint": hint}


@lru_cache(maxsize=4)
def _seconds(date: str) -> float | None:
    """Read a date; many answers have the same."""
    try:
        read = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
