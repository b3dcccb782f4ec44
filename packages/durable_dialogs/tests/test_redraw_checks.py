"""Checks of windows that several workers have changed."""

from typing import cast

import pytest
from typing_extensions import override

from durable_dialogs.drawing.edit_permits import EditPermit
from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery import redraw_checks
from durable_dialogs.recovery.pending_redraw import PendingRedraw, State, StoredWindow
from durable_dialogs.recovery.redraw_checks import (
    DRIFT,
    OTHERS_TIME,
    SKEW,
    WindowState,
    state_of,
)
from durable_support.clock import Clock
from durable_support.pending_redraws import ANN, TAPPED, Idle


class Drawn(Idle):
    """A stand-in for a renderer whose last edit has ended, while another worker got a permit.

    Args:
        idle_since: When its last edit ended.
        permit: The permit of the other worker.
        clock: The clock that goes on while the permit is looked up.
    """

    def __init__(self, idle_since: float, permit: EditPermit, clock: Clock) -> None:
        self._idle_since, self._permit, self._clock = idle_since, permit, clock

    @override
    def idle_since(self, *_: object) -> float:  # type: ignore[override]
        return self._idle_since

    @override
    async def last_permit(self, *_: object) -> EditPermit:  # type: ignore[override]
        # The age counts until the answer, which takes long.
        self._clock.now += 2 * SKEW
        return self._permit


LATER = DRIFT + 0.1
"""Seconds: more than one clock drifts, and less than two clocks differ."""


@pytest.mark.parametrize(
    ("later", "version", "is_by_same_clock", "state"),
    [
        (LATER, "3", True, WindowState.DRAWN),
        (LATER, "2", True, WindowState.DRAWN),
        (LATER, "3", False, WindowState.STALE),
        (SKEW + 0.1, "3", False, WindowState.DRAWN),
        (DRIFT / 2, "3", True, WindowState.STALE),
        (0, "2", True, WindowState.AWAITED),
        (LATER, "1", True, WindowState.AWAITED),
        (2 * OTHERS_TIME, "3", True, WindowState.STALE),
    ],
    ids=[
        "the stored version",
        "the version of this worker",
        "by another clock",
        "later by any clock",
        "at the same time",
        "at the same time, before the stored version",
        "an older version than this worker's",
        "in the future",
    ],
)
async def test_a_permit_after_the_last_edit_has_drawn_the_stored_version(
    *,
    monkeypatch: pytest.MonkeyPatch,
    later: float,
    version: str,
    is_by_same_clock: bool,
    state: WindowState,
) -> None:
    clock = Clock()
    monkeypatch.setattr(redraw_checks, "time", clock)
    redraw = PendingRedraw(ANN, State.SETTLING, clock.now - OTHERS_TIME / 2, version="2")
    permit = EditPermit(OTHERS_TIME - later, version, is_by_same_clock)
    renderer = cast("Renderer", Drawn(clock.now - OTHERS_TIME, permit, clock))
    assert await state_of(TAPPED, redraw, StoredWindow("3", 42), renderer) is state


class Skipping(Idle):
    """A stand-in for a renderer that skipped its last edit for another worker."""

    @override
    def is_skipped(self, *_: object) -> bool:
        return True


async def test_a_skipped_version_is_not_drawn_although_it_is_stored_again() -> None:
    # As after a failover to a server that has not got the other worker's commit.
    redraw, stored = PendingRedraw(ANN, State.SETTLING, version="2"), StoredWindow("2", 42)
    assert await state_of(TAPPED, redraw, stored, cast("Renderer", Idle())) is WindowState.DRAWN
    assert await state_of(TAPPED, redraw, stored, cast("Renderer", Skipping())) is WindowState.STALE
