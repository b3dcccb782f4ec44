"""How long two processes may fetch updates with one token."""

import pytest
from structlog.testing import capture_logs

from durable_dialogs.delivery import overlap
from durable_dialogs.delivery.overlap import OVERLAP, Overlap
from durable_support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that measures an overlap."""
    own = Clock()
    monkeypatch.setattr(overlap, "time", own)
    return own


def test_an_overlap_of_a_minute_is_logged_once_and_ends_the_bot(clock: Clock) -> None:
    overlap = Overlap()
    with capture_logs() as logs:
        for _ in range(int(OVERLAP)):
            assert overlap.is_short()
            clock.now += 1
        assert not overlap.is_short()
    assert [line["event"] for line in logs] == ["updates_fetched_elsewhere"]


def test_another_deployment_later_has_a_minute_of_its_own(clock: Clock) -> None:
    overlap = Overlap()
    with capture_logs() as logs:
        for _ in range(2):
            assert overlap.is_short()
            clock.now += OVERLAP / 2
            assert overlap.is_short()
            clock.now += 2 * OVERLAP
    assert len(logs) == 2
