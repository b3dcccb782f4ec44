"""Carrying out updates of many people in turn, however many one person sends."""

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
"""Updates of one person that are carried out at the same time. So at most this many hold up
another person in a chat, also if Telegram is slow with each."""
AT_ONCE = 2_000
"""Updates of all people that are carried out at the same time; this bounds memory."""
PERSON_BUCKET = partial(TokenBucket, burst=500, rate=100)
"""How many updates of one person may begin: 500 at once, then 100 a second. This is far more than
a person can tap, and a script that floods leaves CPU time to other people."""
PEOPLE = 10_000
"""Number of people whose token bucket is remembered while nothing of theirs waits."""

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class PersonQueue(Generic[T]):
    """The items of one person.

    Attributes:
        person: The person's id; None for all items without one.
        bucket: Limits how fast items begin.
        waiting: The items that have not begun, in order.
        under_way: The number of items that have begun and are not done.
        is_ready: Whether the queue waits among the ready ones: its next item may begin.
        timer: Looks again when the bucket has a token; None if nothing waits for one.
    """

    person: int | None
    bucket: TokenBucket
    waiting: deque[T] = field(default_factory=deque)
    under_way: int = 0
    is_ready: bool = False
    timer: asyncio.TimerHandle | None = None


class FairQueue(Generic[T]):
    """Carries out items: each person's in order, and people in turn.

    An item waits only behind items of the same person: `AT_A_TIME` of them run at the same time,
    at the rate of `PERSON_BUCKET`. If `AT_ONCE` items run, the next ones begin round-robin, one of
    each person.

    Args:
        serve: Carries out one item; logs its own errors.
    """

    def __init__(self, serve: Callable[[T], Awaitable[None]]) -> None:
        self._serve_one = serve
        self._queues: dict[int | None, PersonQueue[T]] = {}
        self._buckets: MutableMapping[int | None, TokenBucket] = LRUCache(PEOPLE)
        self._ready: deque[PersonQueue[T]] = deque()
        self._tasks: set[asyncio.Future[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._is_closed = False

    def put(self, person: int | None, item: T) -> None:
        """Queue an item; it begins at once if nothing is in its way.

        Args:
            person: The id of the person whose item it is. Items without one share a queue.
            item: The item.
        """
        if person not in self._queues:
            bucket = self._buckets.setdefault(person, PERSON_BUCKET())
            self._queues[person] = PersonQueue(person, bucket)
            self._idle.clear()
        queue = self._queues[person]
        queue.waiting.append(item)
        self._make_ready(queue)
        self._serve()

    async def close(self, within: float) -> None:
        """Go on for at most `within` seconds, then cancel the running items and begin no more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._idle.wait()
        self._is_closed = True
        await finish(self._tasks, within=0)

    def _make_ready(self, queue: PersonQueue[T]) -> None:
        """Put a queue behind the others that are ready, if its next item may begin."""
        if queue.is_ready or not queue.waiting or queue.under_way >= AT_A_TIME:
            return
        if pause := queue.bucket.pause:
            if queue.timer is None:
                queue.timer = asyncio.get_running_loop().call_later(pause, self._look_again, queue)
            return
        queue.is_ready = True
        self._ready.append(queue)

    def _look_again(self, queue: PersonQueue[T]) -> None:
        queue.timer = None
        self._make_ready(queue)
        self._serve()

    def _serve(self) -> None:
        """Begin items, one of each ready queue in turn, while there is room."""
        while self._ready and len(self._tasks) < AT_ONCE and not self._is_closed:
            queue = self._ready.popleft()
            queue.is_ready = False
            queue.bucket.spend()
            queue.under_way += 1
            task = start(self._serve_one(queue.waiting.popleft()), among=self._tasks)
            task.add_done_callback(partial(self._end, queue))
            self._make_ready(queue)

    def _end(self, queue: PersonQueue[T], _task: asyncio.Future[None]) -> None:
        queue.under_way -= 1
        self._make_ready(queue)
        if not (queue.waiting or queue.under_way):
            del self._queues[queue.person]
        if not self._queues:
            self._idle.set()
        self._serve()
