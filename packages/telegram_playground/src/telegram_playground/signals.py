"""Waiting for a thing to change, without asking again and again."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Hashable


class Signals:
    """Wakes everybody who waits for a thing; things are named by any key."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, set[asyncio.Future[bool]]] = defaultdict(set)

    def notify(self, key: Hashable) -> None:
        """Say that a thing has changed."""
        for waiting in self._waiting.pop(key, ()):
            _finish(waiting, changed=True)

    async def wait(self, key: Hashable, seconds: float) -> bool:
        """Wait for the next change of a thing.

        Args:
            key: The thing.
            seconds: How long at most, in real time: whoever waits here is no part of the play.

        Returns:
            Whether it has changed.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._waiting[key].add(waiting)
        # A future and a timer: `asyncio.wait_for` would make a task for each press.
        timer = loop.call_later(seconds, lambda: _finish(waiting, changed=False))
        try:
            return await waiting
        finally:
            timer.cancel()
            self._forget(key, waiting)

    async def wait_for(self, key: Hashable, seconds: float, done: Callable[[], bool]) -> bool:
        """Wait until a thing is as it should be.

        Args:
            key: The thing.
            seconds: How long at most.
            done: Whether it is; asked now and at every change.

        Returns:
            Whether it has become so.
        """
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0 or not await self.wait(key, left):
                return done()
        return True

    def close(self) -> None:
        """Let everybody go who waits, with nothing changed."""
        for key in list(self._waiting):
            for waiting in self._waiting.pop(key):
                _finish(waiting, changed=False)

    def _forget(self, key: Hashable, waiting: asyncio.Future[bool]) -> None:
        others = self._waiting.get(key)
        if others is not None:
            others.discard(waiting)
            if not others:
                del self._waiting[key]


def _finish(waiting: asyncio.Future[bool], *, changed: bool) -> None:
    if not waiting.done():
        waiting.set_result(changed)
