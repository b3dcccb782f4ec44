"""A token bucket: limits how fast a chat is edited, and how fast one person's updates are done."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """A token bucket.

    Args:
        burst: The number of tokens in a full bucket.
        rate: Tokens per second that come back.
    """

    burst: float
    rate: float
    _tokens: float = field(init=False)
    # When `_tokens` was computed; in the future while the bucket is held back.
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self.burst
        self._since = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until a token is there, 0 if one is there now."""
        return max(self._since + (1 - self._tokens) / self.rate - time.monotonic(), 0.0)

    @property
    def hold(self) -> float:
        """Seconds left of `hold_back`, 0 if none are."""
        return max(0.0, self._since - time.monotonic())

    def spend(self) -> bool:
        """Spend a token if there is one.

        Returns:
            Whether there was one. A caller that can't wait goes on without.
        """
        if self.pause:
            return False
        now = time.monotonic()
        self._tokens, self._since = self._available(now) - 1, now
        return True

    def give_back(self) -> None:
        """Put back a token that was spent for nothing."""
        self._tokens = min(self.burst, self._tokens + 1)

    def resize(self, burst: float, rate: float) -> None:
        """Change the bucket's size and rate; if it gets smaller, the tokens decrease in proportion.

        If it gets larger, they stay, so that no change makes a token that was spent already.
        """
        now = time.monotonic()
        self._tokens = self._available(now) * min(1.0, burst / self.burst)
        self._since = max(now, self._since)
        self.burst, self.rate = burst, rate

    def hold_back(self, seconds: float) -> None:
        """Have no token for some seconds, and an empty bucket then, because Telegram asked to wait.

        Args:
            seconds: The seconds to wait. An earlier call that ends later still counts.
        """
        self._tokens, self._since = 0.0, max(self._since, time.monotonic() + seconds)

    def _available(self, now: float) -> float:
        return min(self.burst, self._tokens + max(0.0, now - self._since) * self.rate)
