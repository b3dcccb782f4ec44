"""How far a window is that a worker looks after."""

import time
from enum import Enum, auto

from fsm.keys import inline_message_of
from fsm.renderer import Hand, Renderer
from fsm.undrawn_index import Mark, Standing

AWAITED = 5.0
"""Seconds that another worker has to draw what it has changed, as where many windows wait that
takes a while. No longer: who did not know of others has drawn without asking for the turn."""


class State(Enum):
    """How far a window is."""

    DRAWN = auto()
    """It shows what stands, as far as this process is concerned."""
    AWAITED = auto()
    """Another worker is about to draw it."""
    STALE = auto()
    """It is to be drawn again."""


async def state_of(record: str, mark: Mark, standing: Standing | None, renderer: Renderer) -> State:
    """Tell whether a window shows what stands, or another worker sees to that.

    Args:
        record: Its record.
        mark: What this worker knows of it.
        standing: What stands in Redis.
        renderer: Draws in this process.
    """
    if standing is None:
        return State.DRAWN
    chat = chat_of(record, mark)
    if renderer.is_doubtful(chat, standing.message_id):
        return State.STALE
    if mark.shows(standing):
        return State.DRAWN
    if not mark.version or not mark.is_timeless:
        return State.STALE
    hand = await renderer.last_hand(chat, standing.message_id, standing.version)
    if hand is Hand.AWAITED and mark.touched > time.monotonic() - AWAITED:
        return State.AWAITED
    return State.DRAWN if hand is Hand.ANOTHERS else State.STALE


def chat_of(record: str, mark: Mark) -> int | str:
    """Give the chat, or the inline message, that a window stands in."""
    return inline_message_of(record) or mark.place.chat_id
