"""getUpdates: who waits, for how long, and who has to give way.

After `process_get_updates_query` and `do_get_updates` in `Client.cpp` of Telegram's server.
"""

import asyncio
from typing import NoReturn

from telegram_playground.clock import Clock
from telegram_playground.errors import ApiError, ConflictError
from telegram_playground.state import Update
from telegram_playground.update_queue import UpdateQueue

MAX_TIMEOUT = 50
"""The longest wait of a poll, in seconds."""

HOLD = 3
"""Seconds for which a poll that asks the same again too soon is held."""

HASTE = 0.5
"""Seconds within which the same offset again is answered with one update only."""

GATHER = 0.001
"""Seconds that a waiting poll lets pass after an update, so that it can take along the next."""

OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Polling:
    """The bot's polls, of which one at a time may wait.

    Args:
        queue: What they take updates from.
        clock: What they wait by.
    """

    def __init__(self, queue: UpdateQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._waiting: asyncio.Future[None] | None = None
        self._gathering: asyncio.TimerHandle | None = None
        self._last_offset = -1
        self._last_asked = float("-inf")
        self._conflict_free_from = float("-inf")

    async def get(self, offset: int, limit: int, timeout: int) -> list[Update]:
        """Answer a poll, as soon as there is something to answer with.

        Args:
            offset: The first update id wanted; smaller ones are acknowledged by it.
            limit: The largest number of updates, 1 to 100.
            timeout: Seconds to wait for an update when there is none.

        Raises:
            ConflictError: If another poll or a webhook takes this one's place.
        """
        now = self._clock.time()
        if offset == self._last_offset:
            if now < self._last_asked + HOLD:
                timeout = max(timeout, HOLD)
            if now < self._last_asked + HASTE:
                limit = 1
        self._last_offset, self._last_asked = offset, now

        updates = self._queue.take(offset, limit)
        if updates or not timeout:
            return updates
        self.abort(ConflictError(OTHER_POLL))
        await self._wait(timeout)
        return self._queue.take(max(offset, 0), limit)

    def wake(self) -> None:
        """Say that an update has come."""
        if self._waiting is not None and self._gathering is None:
            loop = asyncio.get_running_loop()
            self._gathering = loop.call_later(GATHER, self._release)

    def abort(self, error: ApiError) -> None:
        """End the poll that waits, if there is one, with a refusal."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    async def refuse(self, conflict: ConflictError) -> NoReturn:
        """Refuse a poll; the second within three seconds has to wait for it.

        Raises:
            ConflictError: The one given.
        """
        now = self._clock.time()
        if now < self._conflict_free_from:
            await self._clock.sleep(HOLD)
        else:
            self._conflict_free_from = now + HOLD
        raise conflict

    async def _wait(self, seconds: int) -> None:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        timer = self._clock.call_later(seconds, lambda: _finish(waiting))
        try:
            await waiting
        except ConflictError as conflict:
            await self.refuse(conflict)
        finally:
            timer.cancel()
            if self._waiting is waiting:
                self._waiting = None

    def _release(self) -> None:
        self._gathering = None
        if self._waiting is not None and self._queue.pending:
            _finish(self._waiting)


def _finish(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
