"""How fast things may go: what Telegram bears of a chat, and what one person may ask for."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """A token bucket.

    Args:
        burst: Tokens that may be spent at once.
        rate: Tokens that come back in a second.
    """

    burst: float
    rate: float
    _tokens: float = field(init=False)
    _since: float = field(init=False)
    _held_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._tokens = self.burst
        self._since = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until the next token may be spent, 0 for now."""
        return max((1 - self._available(time.monotonic())) / self.rate, self.hold, 0.0)

    @property
    def hold(self) -> float:
        """Seconds for which the other side wants to be left alone, 0 for none."""
        return max(0.0, self._held_until - time.monotonic())

    def spend(self) -> bool:
        """Spend a token, if there is one, and tell whether; what can't wait goes without."""
        now = time.monotonic()
        available = self._available(now)
        self._tokens, self._since = max(available - 1, min(available, 0.0)), now
        return available >= 1

    def give_back(self) -> None:
        """Have a token again that was spent for nothing."""
        now = time.monotonic()
        self._tokens = min(self.burst, self._available(now) + 1)
        self._since = max(now, self._since)

    def queue(self) -> float:
        """Spend a token that may still have to come; give the seconds until it does.

        So those who come at once go one after the other, in their order.
        """
        now = time.monotonic()
        self._tokens, self._since = self._available(now) - 1, now
        return max(0.0, -self._tokens / self.rate)

    def cap(self, tokens: float) -> None:
        """Have at most so many tokens now, as others spend them, too."""
        now = time.monotonic()
        self._tokens, self._since = min(tokens, self._available(now)), max(now, self._since)

    def hold_back(self, seconds: float) -> None:
        """Spend nothing for so long, and go on slowly: the other side was overrun."""
        self._tokens, self._since = 0.0, time.monotonic() + seconds
        self._held_until = max(self._held_until, self._since)

    def _available(self, now: float) -> float:
        return min(self.burst, self._tokens + max(0.0, now - self._since) * self.rate)
