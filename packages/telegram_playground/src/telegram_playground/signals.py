"""Waiting for changes without polling."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Hashable


class Signals:
    """Wakes all tasks that wait for a key; a key can be any hashable value."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, set[asyncio.Future[bool]]] = defaultdict(set)

    def notify(self, key: Hashable) -> None:
        """Wake the tasks that wait for a key."""
        for waiting in self._waiting.pop(key, ()):
            _finish(waiting, changed=True)

    async def wait(self, key: Hashable, seconds: float) -> bool:
        """Wait until a key is signalled.

        Args:
            key: The key.
            seconds: The longest wait, in real time, not by the playground's clock.

        Returns:
            Whether the key was signalled in time.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._waiting[key].add(waiting)
        # A future and a timer are cheaper than the task that `asyncio.wait_for` would make.
        timer = loop.call_later(seconds, lambda: _finish(waiting, changed=False))
        try:
            return await waiting
        finally:
            timer.cancel()
            self._forget(key, waiting)

    async def wait_for(self, key: Hashable, seconds: float, done: Callable[[], bool]) -> bool:
        """Wait until a condition holds.

        Args:
            key: The key that is signalled when the condition may have changed.
            seconds: The longest wait, in real time.
            done: The condition; checked now and at each signal.

        Returns:
            Whether the condition holds.
        """
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0 or not await self.wait(key, left):
                return done()
        return True

    def close(self) -> None:
        """Wake all waiting tasks as if their time were over."""
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
