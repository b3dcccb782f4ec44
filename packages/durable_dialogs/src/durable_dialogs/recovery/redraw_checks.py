"""Checks whether the message of a pending redraw shows what Redis holds."""

import time
from enum import Enum, auto

from durable_dialogs.drawing.edit_permits import TOLERANCE
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.pending_redraw import PendingRedraw, StoredWindow
from durable_dialogs.state.keys import inline_message_of

OTHERS_TIME = 5.0
"""Seconds that another worker has to draw what it has changed, because many windows may wait for
the rate limits. Not longer, because a worker that did not know of others yet draws without an edit
permit."""

SKEW = 0.5
"""Seconds by which the clocks of two Redis servers may differ."""

DRIFT = 2 * TOLERANCE
"""Seconds by which two readings of one server's clock may be off."""


class WindowState(Enum):
    """How far the message of a window has followed."""

    DRAWN = auto()
    """It shows what Redis holds, or another worker has drawn it later and keeps checking it."""
    AWAITED = auto()
    """Another worker is about to draw it."""
    STALE = auto()
    """It must be drawn again."""


async def state_of(
    record: str, redraw: PendingRedraw, stored: StoredWindow | None, renderer: Renderer
) -> WindowState:
    """Tell whether a window's message shows what Redis holds, or another worker sees to that.

    Args:
        record: The window's record.
        redraw: The pending redraw of this worker.
        stored: What Redis holds, None for no window.
        renderer: The renderer of this process.
    """
    if stored is None:
        return WindowState.DRAWN
    if is_shown(record, redraw, stored, renderer):
        return WindowState.DRAWN
    chat = chat_of(record, redraw)
    if renderer.is_doubtful(chat, stored.message_id) or not redraw.is_by_another(stored):
        return WindowState.STALE
    return await _state_by_permit(chat, redraw, stored, renderer)


def is_shown(record: str, redraw: PendingRedraw, stored: StoredWindow, renderer: Renderer) -> bool:
    """Tell whether this process has surely drawn what Redis holds.

    Args:
        record: The window's record.
        redraw: The pending redraw of this worker.
        stored: What Redis holds; after a failover that may be older than before.
        renderer: The renderer of this process.
    """
    message = chat_of(record, redraw), stored.message_id
    is_unsure = renderer.is_doubtful(*message) or renderer.is_skipped(*message)
    return redraw.is_drawn(stored) and not is_unsure


async def _state_by_permit(
    chat: int | str, redraw: PendingRedraw, stored: StoredWindow, renderer: Renderer
) -> WindowState:
    """Tell by the last edit permit how far a window is that another worker has changed."""
    idle_since, now = renderer.idle_since(chat, stored.message_id), time.monotonic()
    permit = await renderer.last_permit(chat, stored.message_id)
    if idle_since is None or permit is None:
        return WindowState.STALE
    # After a failover the permit's age may come from another clock.
    slack = DRIFT if permit.is_by_same_clock else SKEW
    # The permit is later than its age says by the time that the question took. The version rules
    # out an old permit, if this worker skipped its edit for another one that then drew nothing.
    if 0 <= permit.age < now - idle_since - slack and permit.version >= redraw.version:
        return WindowState.DRAWN
    is_awaited = permit.version < stored.version and redraw.changed_at > now - OTHERS_TIME
    return WindowState.AWAITED if is_awaited else WindowState.STALE


def chat_of(record: str, redraw: PendingRedraw) -> int | str:
    """Return the chat of a window, or the id of its inline message."""
    return inline_message_of(record) or redraw.location.chat_id
