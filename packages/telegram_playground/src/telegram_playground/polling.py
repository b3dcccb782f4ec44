"""getUpdates: how long a poll waits, and which of two polls is refused.

After `process_get_updates_query` and `do_get_updates` in `Client.cpp` of Telegram's server.
"""

import asyncio
from typing import NoReturn

from telegram_playground.clock import Clock
from telegram_playground.errors import ApiError, ConflictError
from telegram_playground.state import Update
from telegram_playground.update_queue import UpdateQueue

MAX_TIMEOUT = 50
"""Seconds that a poll can wait at most."""

HOLD = 3
"""Seconds that a poll is held if it repeats an offset too soon, or meets a second conflict."""

HASTE = 0.5
"""Seconds within which a poll with the same offset gets only one update."""

GATHER = 0.001
"""Seconds that a waiting poll waits after an update, so that it can take the next one too."""

OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


class Polling:
    """The bot's polls, of which one at a time may wait.

    Args:
        queue: The updates that wait.
        clock: The playground's clock, by which polls wait.
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
        """Answer a poll as soon as there is an update, or when its time is over.

        Args:
            offset: The first update id to return; smaller ones are acknowledged.
            limit: The largest number of updates, 1 to 100.
            timeout: Seconds to wait if there is no update, 0 to 50.

        Returns:
            The updates, which stay in the queue until they are acknowledged.

        Raises:
            ConflictError: If another poll or a webhook replaces this one.
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
        """Answer the waiting poll soon, because an update has come."""
        if self._waiting is not None and self._gathering is None:
            loop = asyncio.get_running_loop()
            self._gathering = loop.call_later(GATHER, self._release)

    def abort(self, error: ApiError) -> None:
        """Refuse the poll that waits, if there is one."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    async def refuse(self, conflict: ConflictError) -> NoReturn:
        """Refuse a poll; the second refusal within 3 s comes 3 s later.

        Raises:
            ConflictError: The given error.
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
