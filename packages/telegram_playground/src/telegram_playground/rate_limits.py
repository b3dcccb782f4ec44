"""Rate limits of a bot's messages (core.telegram.org/bots/faq, "My bot is hitting limits")."""

import math
from dataclasses import dataclass
from typing import Annotated

from telegram_playground.annotated import Within
from telegram_playground.clock import Clock
from telegram_playground.errors import TooManyRequestsError
from telegram_playground.state import Json

COUNTED = ("send", "edit", "copy", "forward", "stoppoll", "setgamescore")
"""Prefixes of the methods that are limited, in lower case."""

NOT_COUNTED = "sendchataction"
"""A method with such a prefix that is not limited."""

MINUTE = 60

Rate = Annotated[float, Within(0.001, math.inf)]
"""Calls in a time: more than none."""


@dataclass(kw_only=True)
class Limits:
    """The rate limits.

    Attributes:
        on: Whether they apply.
        overall: Calls a second over all chats.
        chat: Calls a second in one chat, on average.
        burst: Calls in one chat that pass at once.
        group: Calls a minute in one group.
    """

    on: bool = True
    overall: Rate = 30
    chat: Rate = 1
    burst: Annotated[int, Within(1, math.inf)] = 5
    group: Rate = 20


class RateLimits:
    """Refuses calls above the rate limits, by token buckets.

    A refused call takes no token.

    Args:
        clock: The playground's clock, by which the buckets fill.

    Attributes:
        limits: The limits, which are off at first.
    """

    def __init__(self, clock: Clock) -> None:
        self.limits = Limits(on=False)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def set(self, limits: Limits) -> None:
        """Set other limits, with full buckets."""
        self.limits = limits
        self._buckets.clear()

    def check(self, method: str, params: Json) -> None:
        """Take a token for a call from each bucket that it belongs to.

        Raises:
            TooManyRequestsError: If a bucket is empty.
        """
        name, chat_id = method.lower(), str(params.get("chat_id", ""))
        if not self.limits.on or not name.startswith(COUNTED) or name == NOT_COUNTED:
            return
        limits = self.limits
        wanted = [("overall", limits.overall, limits.overall)]
        if chat_id:
            wanted.append((f"chat {chat_id}", float(limits.burst), limits.chat))
        if chat_id.startswith(("-", "@")):
            wanted.append((f"group {chat_id}", limits.group, limits.group / MINUTE))
        now = self._clock.time()
        levels = {key: self._level(key, size, rate, now) for key, size, rate in wanted}
        waits = [(1 - levels[key]) / rate for key, _, rate in wanted if levels[key] < 1]
        if waits:
            raise TooManyRequestsError(math.ceil(max(waits)))
        for key, level in levels.items():
            self._buckets[key] = (level - 1, now)

    def _level(self, key: str, size: float, rate: float, now: float) -> float:
        level, since = self._buckets.get(key, (size, now))
        return min(size, level + (now - since) * rate)
