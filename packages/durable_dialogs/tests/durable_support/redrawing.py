"""A worker that checks pending redraws, and a renderer that draws when the test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from typing_extensions import override

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.location import Location
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.pending_redraws import INDEX, KEYS, SOON, Idle, pending_redraws, running

ANN, BORIS = 7, 8
CAPACITY = 2
"""Windows that the renderer takes at each check."""


class Busy(Idle):
    """A stand-in for the renderer that draws a window when the test says so.

    Attributes:
        waiting: The windows that wait to be drawn: each one's chat, and what lets it be drawn.
        begun_before: How many windows had begun to wait before each check.
        is_away: Whether Telegram can't be reached: edits fail at once, and may still be made.
    """

    is_away = False

    def __init__(self) -> None:
        self._doubtful: set[int | str] = set()
        self.waiting: list[tuple[int | str, asyncio.Event]] = []
        self.begun_before: list[int] = []
        self._begun = 0

    @property
    @override
    def background_capacity(self) -> int:
        """How many windows may be drawn; note how many were begun before this check."""
        self.begun_before.append(self._begun)
        return CAPACITY

    @override
    async def finish(self, chat_id: int | str, _message_id: int) -> None:
        """Wait until the test lets the window be drawn."""
        if self.is_away:
            self._doubtful.add(chat_id)
            return
        may_draw = asyncio.Event()
        self._begun += 1
        self.waiting.append((chat_id, may_draw))
        await may_draw.wait()

    @override
    def is_doubtful(self, chat_id: int | str, _message_id: int) -> bool:
        """Tell whether the last edit in the chat failed."""
        return chat_id in self._doubtful

    @override
    def reset(self, chat_id: int | str, _message_id: int) -> None:
        """Forget that an edit failed."""
        self._doubtful.discard(chat_id)

    @property
    def chats(self) -> list[int | str]:
        """The chats whose windows wait to be drawn."""
        return [chat for chat, _ in self.waiting]

    def draw(self, chat_id: int) -> None:
        """Draw the waiting windows of a chat."""
        waiting, self.waiting = self.waiting, []
        for chat, may_draw in waiting:
            if chat == chat_id:
                may_draw.set()
            else:
                self.waiting.append((chat, may_draw))


class Scene:
    """A worker with pending redraws.

    Args:
        redis: The connection.

    Attributes:
        renderer: The stand-in for the renderer.
        drawn: The records whose windows were drawn again, in order.
        errors: Errors that the next redraws raise, the last one first.
        renewals: Locations of windows that the next redraws renew, the last one first.
        pending: The worker's pending redraws.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.renderer = Busy()
        self.drawn: list[str] = []
        self.errors: list[Exception] = []
        self.renewals: list[Location] = []
        batch = Batch(redis)
        renderer = cast("Renderer", self.renderer)
        workers = WorkerRegistry(redis, batch, KEYS)
        self.pending = pending_redraws(redis, batch, renderer, workers)

    async def leave_behind(
        self,
        chat_id: int,
        count: int,
        message_id: int = 1,
        *,
        animated_for: float = 0.0,
        version: int = 0,
    ) -> list[str]:
        """Store windows of a chat that are not drawn, the newest last; return their records."""
        chat = KEYS.chat(chat_id)
        records = [chat.record(f"{message_id}/{number}") for number in range(count)]
        for number, record in enumerate(records):
            await self._redis.hset(
                record, mapping={"version": version + number, "message": message_id + number}
            )
        await self.pending.announce(
            records, Location(chat_id, "private", None, chat_id, None), animated_for
        )
        for record in records:
            self.pending.hurry(record)
        return records

    async def press(self, record: str) -> None:
        """Press a button of a window, so that it is drawn."""
        self.pending.touch([record], Location(ANN, "private", None, ANN, None))
        await self._redis.hset(record, "version", "9")
        self.pending.committed(record, "9")

    @asynccontextmanager
    async def checking(self) -> AsyncIterator[None]:
        """Have the worker check its pending redraws during the block."""
        async with running(self.pending, self._draw_again), asyncio.timeout(SOON):
            yield

    async def until_waiting(self, count: int) -> None:
        """Wait until exactly `count` windows wait to be drawn."""
        while len(self.renderer.waiting) < count:
            await asyncio.sleep(0.02)
        assert len(self.renderer.waiting) == count

    async def until_done(self) -> None:
        """Wait until no redraw is pending."""
        while await self._redis.hlen(INDEX):
            await asyncio.sleep(0.02)

    async def _draw_again(self, record: str, _location: Location) -> None:
        self.drawn.append(record)
        if self.renewals:
            await self.pending.renew({record: self.renewals.pop()})
        if self.errors:
            raise self.errors.pop()
