"""A second process that fetches updates with the same token, for a while or for good."""

import math
import time

import structlog

OVERLAP = 60.0
"""Seconds that another process may fetch updates, too, as while one deployment replaces another."""
PAUSE = 3.0
"""Seconds before the next try; each one ends the other process' request (409)."""

log = structlog.get_logger(__name__)


class Overlap:
    """Tells whether another process fetches updates for a moment only."""

    def __init__(self) -> None:
        self._first = self._last = -math.inf

    def is_short(self) -> bool:
        """Note one more 409, and tell whether the next try may succeed.

        Fetches that succeed in between do not end an overlap: of two processes that fetch
        now one succeeds, now the other.
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
