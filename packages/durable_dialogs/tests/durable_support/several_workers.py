"""Several workers that change one record and draw it on one message, without any order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from typing_extensions import override

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.location import Location
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.pending_redraws import (
    ANN,
    INDEX,
    KEYS,
    TAPPED,
    Idle,
    pending_redraws,
    running,
)


class Chat:
    """A message in Telegram, and the record that it should show.

    Args:
        redis: The connection.
        throw: Draws how long calls take.
        latency: Seconds that an edit takes at most. It takes effect at some moment of these.

    Attributes:
        shown: The version that the message shows.
        edits: How many edits the workers have made.
    """

    def __init__(self, redis: Redis, throw: random.Random, latency: float) -> None:
        self.redis, self._throw, self._latency = redis, throw, latency
        self.shown, self.edits = "", 0

    async def edit(self, version: str) -> None:
        """Have the message show a version."""
        self.edits += 1
        await asyncio.sleep(self._throw.uniform(0, self._latency))
        self.shown = version
        await asyncio.sleep(self._throw.uniform(0, self._latency))

    async def stored(self) -> str:
        """Return the version that Redis holds."""
        return cast("bytes", await self.redis.hget(TAPPED, "version")).decode()

    async def until_settled(self) -> None:
        """Wait until no worker has a pending redraw."""
        while await self.redis.hlen(INDEX):
            await asyncio.sleep(0.02)


class Worker(Idle):
    """A worker, and a stand-in for its renderer that makes one edit at a time.

    Args:
        chat: Where it draws.

    Attributes:
        redraws: How many times it has drawn the window again.
        pending: The records with a pending edit.
        pending_redraws: Its pending redraws.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat, self.redraws = chat, 0
        self.pending: set[str] = set()  # type: ignore[assignment]
        self._wanted = ""
        self._drawing: asyncio.Task[None] | None = None
        batch = Batch(chat.redis)
        workers = WorkerRegistry(chat.redis, batch, KEYS)
        self.pending_redraws = pending_redraws(chat.redis, batch, cast("Renderer", self), workers)

    async def press(self) -> None:
        """Commit a version and have it drawn."""
        await self._touch()
        version = str(await self._chat.redis.hincrby(TAPPED, "version", 1))
        self.pending_redraws.committed(TAPPED, version)
        self._add(version)

    async def draw_again(self, _record: str, _location: Location) -> None:
        """Draw what Redis holds."""
        self.redraws += 1
        await self._touch()
        version = await self._chat.stored()
        self.pending_redraws.committed(TAPPED, version)
        self._add(version)

    @override
    async def finish(self, _chat_id: int | str, _message_id: int) -> None:
        if self._drawing:
            await self._drawing

    async def _touch(self) -> None:
        if unknown := self.pending_redraws.touch([TAPPED], ANN):
            await self.pending_redraws.announce(unknown, ANN)

    def _add(self, version: str) -> None:
        self._wanted = version
        if not self.pending:
            self.pending.add(TAPPED)
            self._drawing = asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        drawn = None
        while drawn != self._wanted:
            drawn = self._wanted
            await self._chat.edit(drawn)
        self.pending.clear()


@asynccontextmanager
async def working(chat: Chat, count: int) -> AsyncIterator[list[Worker]]:
    """Run so many workers during the block."""
    workers = [Worker(chat) for _ in range(count)]
    async with AsyncExitStack() as stack:
        for worker in workers:
            checking = running(worker.pending_redraws, worker.draw_again)
            await stack.enter_async_context(checking)
        # At its start a worker takes over from those that had its process id, as the others here
        # have. It looks twice who lives.
        while await _looks(chat.redis) < 2 * count:
            await asyncio.sleep(0.02)
        yield workers


async def _looks(redis: Redis) -> int:
    """Return how many times workers have looked who lives."""
    stats = await redis.info("commandstats")
    return int(stats.get("cmdstat_zadd", {"calls": 0})["calls"])
