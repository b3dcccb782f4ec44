"""How far a window is that a worker looks after."""

import time
from enum import Enum, auto

from durable_dialogs.drawing.edit_permits import TOLERANCE
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery.redraw_index import PendingRedraw, Standing
from durable_dialogs.state.keys import inline_message_of

AWAITED = 5.0
"""Seconds that another worker has to draw what it has changed, as where many windows wait that
takes a while. No longer: who did not know of others has drawn without asking for the turn."""
SKEW = 0.5
"""Seconds by which the clocks of Redis' servers may differ, and
SLIP: that of one of them from itself, looked at twice."""
SLIP = 2 * TOLERANCE


class State(Enum):
    """How far a window is."""

    DRAWN = auto()
    """It shows what stands, or another worker has drawn it later and looks after it."""
    AWAITED = auto()
    """Another worker is about to draw it."""
    STALE = auto()
    """It is to be drawn again."""


async def state_of(
    record: str, mark: PendingRedraw, standing: Standing | None, renderer: Renderer
) -> State:
    """Tell whether a window shows what stands, or another worker sees to that.

    Args:
        record: Its record.
        mark: What this worker knows of it.
        standing: What stands in Redis.
        renderer: Draws in this process.
    """
    if standing is None:
        return State.DRAWN
    if is_shown(record, mark, standing, renderer):
        return State.DRAWN
    chat = chat_of(record, mark)
    is_by_another = bool(mark.version) and mark.is_timeless and mark.version != standing.version
    if renderer.is_doubtful(chat, standing.message_id) or not is_by_another:
        return State.STALE
    return await _state_by_turns(chat, mark, standing, renderer)


def is_shown(record: str, mark: PendingRedraw, standing: Standing, renderer: Renderer) -> bool:
    """Tell whether this process has surely drawn what stands.

    Args:
        record: The window's record.
        mark: What this worker knows of it.
        standing: What stands in Redis, which may be older than before a failover.
        renderer: Draws in this process.
    """
    place = chat_of(record, mark), standing.message_id
    return mark.shows(standing) and not (
        renderer.is_doubtful(*place) or renderer.is_skipped(*place)
    )


async def _state_by_turns(
    chat: int | str, mark: PendingRedraw, standing: Standing, renderer: Renderer
) -> State:
    """Tell how far a window is that another worker has changed."""
    ended, now = renderer.idle_since(chat, standing.message_id), time.monotonic()
    turn = await renderer.last_permit(chat, standing.message_id)
    if ended is None or turn is None:
        return State.STALE
    # After a failover it may be another clock that tells.
    slack = SLIP if turn.is_by_same_clock else SKEW
    # Whatever time the question took, the turn was given later than that; and it is not a former
    # one, while this worker's was left to one who has changed the window and draws nothing.
    if 0 <= turn.age < now - ended - slack and turn.version >= mark.version:
        return State.DRAWN
    is_awaited = turn.version < standing.version and mark.touched > now - AWAITED
    return State.AWAITED if is_awaited else State.STALE


def chat_of(record: str, mark: PendingRedraw) -> int | str:
    """Give the chat, or the inline message, that a window stands in."""
    return inline_message_of(record) or mark.place.chat_id
