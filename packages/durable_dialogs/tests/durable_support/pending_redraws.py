"""What tests of pending redraws share: a chat with two windows, and a renderer that is idle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.recovery.redraws import Redraw
from durable_dialogs.state.keys import ChatKeys
from durable_dialogs.state.location import Location

BOT = 1
CHAT = ChatKeys(BOT, 7)
ANN = Location(7, "private", None, 7, None)
TAPPED, OTHER = CHAT.record("tapped"), CHAT.record("other")
INDEX = f"tally:{{{BOT}}}:undrawn"
SOON = 15.0
"""Seconds, of which a busy machine may need most."""


class Idle:
    """Stands in for the renderer: it has drawn everything."""

    pending: frozenset[str] = frozenset()

    @property
    def background_capacity(self) -> int:
        """How much may be drawn at once."""
        return 20

    def forget(self, chat_id: int | str, message_id: int) -> None:
        """Forget nothing, as nothing is known."""

    def reset(self, chat_id: int | str, message_id: int) -> None:
        """Forget nothing, as nothing is known."""

    def is_doubtful(self, _chat_id: int | str, _message_id: int) -> bool:
        """Tell that all is sure."""
        return False

    def is_skipped(self, _chat_id: int | str, _message_id: int) -> bool:
        """Tell that nothing was left to others."""
        return False

    def idle_since(self, _chat_id: int | str, _message_id: int) -> None:
        """Tell that nothing is remembered."""

    async def last_permit(self, _chat_id: int | str, _message_id: int) -> None:
        """Tell that nobody knows."""

    async def finish(self, _chat_id: int | str, _message_id: int) -> None:
        """Wait for nothing, as nothing waits."""


@asynccontextmanager
async def running(undrawn: PendingRedraws, redraw: Redraw) -> AsyncIterator[None]:
    """Have a worker look after windows meanwhile."""
    looking = asyncio.create_task(undrawn.run(redraw))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
