"""A chat with two windows, and an idle renderer, for tests of pending redraws."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.recovery.redraw_index import RedrawIndex
from durable_dialogs.recovery.redraws import DrawAgain
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.location import Location
from durable_dialogs.workers.registry import WorkerRegistry

KEYS = BotKeys(1, "tally")
CHAT = KEYS.chat(7)
ANN = Location(7, "private", None, 7, None)
TAPPED, OTHER = CHAT.record("tapped"), CHAT.record("other")
INDEX = KEYS.own("undrawn")
SOON = 15.0
"""Seconds that a test waits at most; a busy machine may need most of them."""


class Idle:
    """A stand-in for the renderer that has drawn everything."""

    pending: frozenset[str] = frozenset()

    @property
    def background_capacity(self) -> int:
        """How many windows may be drawn in the next second."""
        return 20

    def showing(self, _record: str) -> set[tuple[int | str, int]]:
        """Return no messages, because nothing is known."""
        return set()

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget nothing, because nothing is known."""

    def is_doubtful(self, _chat_id: int | str, _message_id: int) -> bool:
        """Return that no edit is doubtful."""
        return False

    async def finish(self, _chat_id: int | str, _message_id: int) -> None:
        """Return at once, because no edit is pending."""


def pending_redraws(
    redis: Redis, batch: Batch, renderer: Renderer, workers: WorkerRegistry
) -> PendingRedraws:
    """Return the pending redraws of a new worker."""
    index = RedrawIndex(redis, batch, KEYS, workers.worker)
    return PendingRedraws(index, renderer, workers, OpenWindows(redis, batch, KEYS, ttl=60))


@asynccontextmanager
async def running(pending: PendingRedraws, draw_again: DrawAgain) -> AsyncIterator[None]:
    """Have a worker check pending redraws during the block."""
    checking = asyncio.create_task(pending.run(draw_again))
    try:
        yield
    finally:
        checking.cancel()
        with suppress(asyncio.CancelledError):
            await checking
