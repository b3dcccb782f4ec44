"""The line of all drawings, with a clock of the test's own."""

import pytest

import fsm.line
from fsm.line import DEBT, LEAST, WHOLE, Line


class Clock:
    """Stands until it is set forth."""

    now = 1000.0

    def monotonic(self) -> float:
        """Give the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that lines go by."""
    own = Clock()
    monkeypatch.setattr(fsm.line, "time", own)
    return own


def passing(line: Line, clock: Clock, seconds: int, jumping: int) -> int:
    """Count who passes that waits, while so many jump the line in each second."""
    count, place = 0, line.join()
    for step in range(seconds * 100):
        clock.now += 0.01
        for _ in range(jumping * (step + 1) // 100 - jumping * step // 100):
            line.jump()
        while not line.pause(place):
            count, place = count + 1, line.join()
    return count


def test_whoever_jumps_takes_the_place_of_one_who_waits(clock: Clock) -> None:
    line = Line()
    passing(line, clock, 2, 0)
    assert passing(line, clock, 10, 0) == pytest.approx(10 * WHOLE, abs=2)
    assert passing(line, clock, 10, 20) == pytest.approx(10 * (WHOLE - 20), abs=2)


def test_however_many_jump_it_the_line_moves(clock: Clock) -> None:
    line = Line()
    passing(line, clock, 2, 0)
    passing(line, clock, 20, 100)
    assert passing(line, clock, 20, 100) == pytest.approx(20 * WHOLE * LEAST, abs=2)


def test_what_has_jumped_is_paid_for_later(clock: Clock) -> None:
    line = Line()
    passing(line, clock, 2, 0)
    for _ in range(WHOLE):
        line.jump()
    assert passing(line, clock, 1, 0) <= 2
    for _ in range(10 * WHOLE):
        line.jump()
    assert line.pause(line.join()) == pytest.approx(DEBT, abs=0.5)
