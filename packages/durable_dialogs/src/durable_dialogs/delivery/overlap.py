"""Another process that fetches updates with the same token, for a while or for good."""

import math
import time

import structlog

OVERLAP = 60.0
"""Seconds that another process may fetch updates too, such as the deployment that is replaced."""
PAUSE = 3.0
"""Seconds before the next try. Each try makes Telegram end the other process' request with 409."""

log = structlog.get_logger(__name__)


class Overlap:
    """Tells whether another process has been fetching updates for less than `OVERLAP` seconds."""

    def __init__(self) -> None:
        self._first = self._last = -math.inf

    def is_short(self) -> bool:
        """Note one more 409, and tell whether the next try may succeed.

        A fetch that succeeds in between does not end an overlap: while two processes fetch, they
        succeed in turn.
        """
        now = time.monotonic()
        if now - self._last > OVERLAP:
            self._first = now
            log.warning(
                "updates_fetched_elsewhere",
                hint="another process fetches updates with this token; "
                f"if it still does so after {OVERLAP:.0f} s, this one ends",
            )
        self._last = now
        return now - self._first < OVERLAP
