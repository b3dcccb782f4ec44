"""A clock that a test sets, in place of the module `time`."""


class Clock:
    """A clock that stands still.

    Attributes:
        now: Seconds, set by the test.
    """

    now = 1000.0

    def monotonic(self) -> float:
        """Return the seconds."""
        return self.now
