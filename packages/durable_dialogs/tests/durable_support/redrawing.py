"""A worker that looks after windows, and a renderer that draws when it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from typing_extensions import override

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import ChatKeys
from durable_dialogs.state.location import Location
from durable_support.pending_redraws import BOT, INDEX, SOON, Idle, running

ANN, BORIS = 7, 8
ROOM = 2


class Busy(Idle):
    """Stands in for the renderer: it draws a window when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int | str, asyncio.Event]] = []
        self.looks: list[int] = []
        self._begun = 0

    @property
    @override
    def background_capacity(self) -> int:
        """How much is begun at a look; note what was before."""
        self.looks.append(self._begun)
        return ROOM

    @override
    async def finish(self, chat_id: int | str, _message_id: int) -> None:
        """Wait until the window may be drawn."""
        may_draw = asyncio.Event()
        self._begun += 1
        self.waiting.append((chat_id, may_draw))
        await may_draw.wait()

    @property
    def chats(self) -> list[int | str]:
        """The chats in which windows wait."""
        return [chat for chat, _ in self.waiting]

    def draw(self, chat_id: int) -> None:
        """Draw what waits in a chat."""
        waiting, self.waiting = self.waiting, []
        for chat, may_draw in waiting:
            if chat == chat_id:
                may_draw.set()
            else:
                self.waiting.append((chat, may_draw))


class Scene:
    """A worker that looks after windows.

    Args:
        redis: The connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.renderer = Busy()
        self.drawn: list[str] = []
        self.troubles: list[Exception] = []
        self.renews: list[Location] = []
        batch = Batch(redis)
        renderer = cast("Renderer", self.renderer)
        self.undrawn = PendingRedraws(
            redis, batch, BOT, renderer, WorkerRegistry(redis, batch, BOT)
        )

    async def leave_behind(
        self,
        chat_id: int,
        count: int,
        message_id: int = 1,
        *,
        moves_for: float = 0.0,
        version: int = 0,
    ) -> list[str]:
        """Have windows of a chat stand undrawn, the last one the newest; give their records."""
        chat = ChatKeys(BOT, chat_id)
        records = [chat.record(f"{message_id}/{number}") for number in range(count)]
        for number, record in enumerate(records):
            await self._redis.hset(
                record, mapping={"version": version + number, "message": message_id + number}
            )
        await self.undrawn.announce(
            records, Location(chat_id, "private", None, chat_id, None), moves_for
        )
        for record in records:
            self.undrawn.hurry(record)
        return records

    async def press(self, record: str) -> None:
        """Press a button of a window, which is drawn thereby."""
        self.undrawn.touch([record], Location(ANN, "private", None, ANN, None))
        await self._redis.hset(record, "version", "9")
        self.undrawn.committed(record, "9")

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Have the worker look meanwhile."""
        async with running(self.undrawn, self._redraw), asyncio.timeout(SOON):
            yield

    async def until_waiting(self, count: int) -> None:
        """Wait until so many windows wait to be drawn."""
        while len(self.renderer.waiting) < count:
            await asyncio.sleep(0.02)
        assert len(self.renderer.waiting) == count

    async def until_done(self) -> None:
        """Wait until all is drawn."""
        while await self._redis.hlen(INDEX):
            await asyncio.sleep(0.02)

    async def _redraw(self, record: str, _place: Location) -> None:
        self.drawn.append(record)
        if self.renews:
            await self.undrawn.renew({record: self.renews.pop()})
        if self.troubles:
            raise self.troubles.pop()
