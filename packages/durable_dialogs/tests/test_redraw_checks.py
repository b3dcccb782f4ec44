"""Whether a window that several workers have changed is drawn."""

from typing import cast

import pytest
from typing_extensions import override

from durable_dialogs.drawing.edit_permits import EditPermit
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery import redraw_checks
from durable_dialogs.recovery.redraw_checks import AWAITED, SKEW, SLIP, State, state_of
from durable_dialogs.recovery.redraw_index import PendingRedraw, Standing
from durable_support.clock import Clock
from durable_support.pending_redraws import ANN, TAPPED, Idle


class Drawn(Idle):
    """Stands in for a renderer whose last edit has ended, while another was given a turn.

    Args:
        ended: When its edit ended.
        turn: The other's, as it is told
        passing: while time passes.
    """

    def __init__(self, ended: float, turn: EditPermit, passing: Clock) -> None:
        self._ended, self._turn, self._passing = ended, turn, passing

    @override
    def idle_since(self, *_: object) -> float:  # type: ignore[override]
        return self._ended

    @override
    async def last_permit(self, *_: object) -> EditPermit:  # type: ignore[override]
        # Counted from when it was told, at the end of all this.
        self._passing.now += 2 * SKEW
        return self._turn


LATER = SLIP + 0.1
"""Seconds, more than a clock slips, and less than two clocks differ."""


@pytest.mark.parametrize(
    ("later", "version", "is_by_same_clock", "state"),
    [
        (LATER, "3", True, State.DRAWN),
        (LATER, "2", True, State.DRAWN),
        (LATER, "3", False, State.STALE),
        (SKEW + 0.1, "3", False, State.DRAWN),
        (SLIP / 2, "3", True, State.STALE),
        (0, "2", True, State.AWAITED),
        (LATER, "1", True, State.AWAITED),
        (2 * AWAITED, "3", True, State.STALE),
    ],
    ids=[
        "what stands",
        "no less than this worker",
        "by another clock",
        "later by any clock",
        "beside it",
        "beside it, and what stands is to come",
        "less than this worker would have",
        "in the future",
    ],
)
async def test_a_turn_after_the_last_edit_has_drawn_what_stands(
    monkeypatch: pytest.MonkeyPatch,
    later: float,
    version: str,
    is_by_same_clock: bool,  # noqa: FBT001
    state: State,
) -> None:
    passing = Clock()
    monkeypatch.setattr(redraw_checks, "time", passing)
    mark = PendingRedraw(ANN, touched=passing.now - AWAITED / 2, version="2")
    turn = EditPermit(AWAITED - later, version, is_by_same_clock)
    renderer = cast("Renderer", Drawn(passing.now - AWAITED, turn, passing))
    assert await state_of(TAPPED, mark, Standing("3", 42), renderer) is state


class Left(Idle):
    """Stands in for a renderer that has left its last window to another worker."""

    @override
    def is_skipped(self, *_: object) -> bool:
        return True


async def test_what_was_left_to_another_is_not_drawn_where_it_stands_again() -> None:
    # As after a failover to a server that has not got what the other had written.
    mark, stands = PendingRedraw(ANN, touched=0, version="2"), Standing("2", 42)
    assert await state_of(TAPPED, mark, stands, cast("Renderer", Idle())) is State.DRAWN
    assert await state_of(TAPPED, mark, stands, cast("Renderer", Left())) is State.STALE
