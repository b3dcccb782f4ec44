"""Serving people one after the other, however much one of them has asked for."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from cachetools import LRUCache

from durable_dialogs.tasks import finish, start
from durable_dialogs.token_bucket import TokenBucket

AT_A_TIME = 10
"""Updates of one person that are carried out at the same time. So in each chat at most so many
of theirs stand before another person's, also when Telegram takes long for each."""
AT_ONCE = 2_000
"""Updates of all people that are carried out at the same time, which bounds memory."""
PERSON_PACE = partial(TokenBucket, burst=500, rate=100)
"""Updates of one person that may begin at once, and in a second over time. Far more than a
person can tap, and it leaves the processor to others beside a script that floods."""
PEOPLE = 10_000
"""People whose pace is remembered while they have nothing waiting."""

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Row(Generic[T]):
    """What one person has asked for.

    Attributes:
        person: The person's id, None for all who have none.
        pace: How fast it may begin.
        waiting: What has not begun, in order.
        under_way: How many have begun and are not done.
        is_ready: Whether the next may begin, and waits for the other people's.
        timer: What looks again once the pace allows the next one, if that is awaited.
    """

    person: int | None
    pace: TokenBucket
    waiting: deque[T] = field(default_factory=deque)
    under_way: int = 0
    is_ready: bool = False
    timer: asyncio.TimerHandle | None = None


class FairQueue(Generic[T]):
    """Carries out what people ask for: each person's in order, and people in turn.

    What a person asks for waits behind that person's own alone: a few of it are under way at the
    same time, at a pace that no human being reaches. Where many people wait, one of each begins.

    Args:
        serve: Carries one out; logs its own errors.
    """

    def __init__(self, serve: Callable[[T], Awaitable[None]]) -> None:
        self._serve_one = serve
        self._rows: dict[int | None, Row[T]] = {}
        self._paces: MutableMapping[int | None, TokenBucket] = LRUCache(PEOPLE)
        self._ready: deque[Row[T]] = deque()
        self._tasks: set[asyncio.Future[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closed = False

    def put(self, person: int | None, item: T) -> None:
        """Have something carried out as soon as it is its turn, which may be at once.

        Args:
            person: The id of whoever asks; those without one share a row.
            item: What is asked for.
        """
        if person not in self._rows:
            self._rows[person] = Row(person, self._paces.setdefault(person, PERSON_PACE()))
            self._idle.clear()
        row = self._rows[person]
        row.waiting.append(item)
        self._line_up(row)
        self._serve()

    async def close(self, within: float) -> None:
        """Go on for at most `within` seconds, then cancel what is under way and begin no more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._idle.wait()
        self._is_closed = True
        await finish(self._tasks, within=0)

    def _line_up(self, row: Row[T]) -> None:
        """Put a row behind the others that are ready, if its next may begin."""
        if row.is_ready or not row.waiting or row.under_way >= AT_A_TIME:
            return
        if pause := row.pace.pause:
            if row.timer is None:
                row.timer = asyncio.get_running_loop().call_later(pause, self._look_again, row)
            return
        row.is_ready = True
        self._ready.append(row)

    def _look_again(self, row: Row[T]) -> None:
        row.timer = None
        self._line_up(row)
        self._serve()

    def _serve(self) -> None:
        """Begin what may begin, one of each row that is ready after the other."""
        while self._ready and len(self._tasks) < AT_ONCE and not self._is_closed:
            row = self._ready.popleft()
            row.is_ready = False
            row.pace.spend()
            row.under_way += 1
            task = start(self._serve_one(row.waiting.popleft()), among=self._tasks)
            task.add_done_callback(partial(self._end, row))
            self._line_up(row)

    def _end(self, row: Row[T], _task: asyncio.Future[None]) -> None:
        row.under_way -= 1
        self._line_up(row)
        if not (row.waiting or row.under_way):
            del self._rows[row.person]
        if not self._rows:
            self._idle.set()
        self._serve()
