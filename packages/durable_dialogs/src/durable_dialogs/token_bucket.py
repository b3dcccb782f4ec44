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
    _held_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._tokens = self.burst
        self._since = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until a token is there, 0 if one is there now."""
        return max((1 - self._available(time.monotonic())) / self.rate, self.hold, 0.0)

    @property
    def hold(self) -> float:
        """Seconds left of `hold_back`, 0 if none are."""
        return max(0.0, self._held_until - time.monotonic())

    def spend(self) -> bool:
        """Spend a token if there is one.

        Returns:
            Whether there was one. A caller that can't wait goes on without.
        """
        now = time.monotonic()
        available = self._available(now)
        self._tokens, self._since = max(available - 1, min(available, 0.0)), max(now, self._since)
        return available >= 1

    def give_back(self) -> None:
        """Put back a token that was spent for nothing."""
        now = time.monotonic()
        self._tokens = min(self.burst, self._available(now) + 1)
        self._since = max(now, self._since)

    def queue(self) -> float:
        """Spend the next token, even if it is not there yet, so that callers go in their order.

        Returns:
            The seconds until the token is there.
        """
        now = time.monotonic()
        self._tokens, self._since = self._available(now) - 1, max(now, self._since)
        return self._since - now + max(0.0, -self._tokens / self.rate)

    def cap(self, tokens: float) -> None:
        """Reduce the tokens to at most `tokens`, because other workers have spent some."""
        now = time.monotonic()
        self._tokens, self._since = min(tokens, self._available(now)), max(now, self._since)

    def hold_back(self, seconds: float) -> None:
        """Have no token for some seconds, and an empty bucket then, because Telegram asked to wait.

        Args:
            seconds: The seconds to wait. An earlier call that ends later still counts.
        """
        self._held_until = max(self._held_until, time.monotonic() + seconds)
        self._tokens, self._since = 0.0, self._held_until

    def _available(self, now: float) -> float:
        return min(self.burst, self._tokens + max(0.0, now - self._since) * self.rate)
