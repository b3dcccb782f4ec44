"""The line of all drawings, with a clock of the test's own."""

import pytest

from durable_dialogs import token_bucket
from durable_dialogs.drawing import global_rate_limiter
from durable_dialogs.drawing.global_rate_limiter import (
    DEBT,
    LEAST,
    SERVED,
    SPARE,
    WHOLE,
    GlobalRateLimiter,
)
from durable_support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that lines go by."""
    own = Clock()
    monkeypatch.setattr(global_rate_limiter, "time", own)
    monkeypatch.setattr(token_bucket, "time", own)
    return own


def asleep() -> bool:
    """Take no notice of being woken, as who looks again and again needs not."""
    return True


def passing(line: GlobalRateLimiter, clock: Clock, seconds: int, jumping: int) -> int:
    """Count who passes that waits, while so many jump the line in each second."""
    count, place = 0, line.join(asleep)
    for step in range(seconds * 100):
        clock.now += 0.01
        for _ in range(jumping * (step + 1) // 100 - jumping * step // 100):
            line.jump()
        while not line.pause(place):
            assert line.serve(place) == pytest.approx(0, abs=0.05)
            count, place = count + 1, line.join(asleep)
    return count


def coming(line: GlobalRateLimiter, clock: Clock, seconds: int, each: int) -> int:
    """Count who passes at once, while so many come in each second and all others go away."""
    count = 0
    for step in range(seconds * 100):
        clock.now += 0.01
        for _ in range(each * (step + 1) // 100 - each * step // 100):
            if not line.pause(None):
                line.jump()
                count += 1
    return count


def test_whoever_jumps_takes_the_place_of_one_who_waits(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    assert passing(line, clock, 10, 0) == pytest.approx(10 * WHOLE, abs=2)
    assert passing(line, clock, 10, 20) == pytest.approx(10 * (WHOLE - 20), abs=2)


def test_however_many_jump_it_the_line_moves(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    passing(line, clock, 20, 100)
    assert passing(line, clock, 20, 100) == pytest.approx(20 * WHOLE * LEAST, rel=0.1)


def test_what_has_jumped_is_paid_for_later(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    for _ in range(WHOLE):
        line.jump()
    assert passing(line, clock, 1, 0) <= 2
    for _ in range(10 * WHOLE):
        line.jump()
    assert line.pause(line.join(asleep)) == pytest.approx(DEBT, abs=0.5)


@pytest.mark.parametrize("idle", [0, 5, 60, 3600])
@pytest.mark.parametrize("before", [0, 10, WHOLE])
def test_the_rate_holds_however_long_nobody_waited(clock: Clock, idle: int, before: int) -> None:
    line = GlobalRateLimiter()
    coming(line, clock, 60, before)
    clock.now += idle
    assert coming(line, clock, 10, 200) <= 11 * WHOLE


def test_a_process_that_has_stalled_does_not_make_good_for_it(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    places = [line.join(asleep) for _ in range(4 * WHOLE)]
    clock.now += 4
    waits = [line.serve(place) for place in places if not line.pause(place)]
    assert len(waits) == pytest.approx(len(places), abs=2)
    assert max(waits) == pytest.approx(3, abs=0.2)
    assert sorted(waits) == waits


def test_where_nobody_waits_one_passes_at_once_however_many_workers_there_are(
    clock: Clock,
) -> None:
    line = GlobalRateLimiter()
    line.share(64)
    clock.now += 60
    assert not line.pause(None)
    line.jump()
    assert line.pause(None) == pytest.approx(64 / WHOLE)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("leaving", [True, False])
def test_nobody_waits_for_a_place_that_was_given_up(leaving: bool) -> None:  # noqa: FBT001
    line = GlobalRateLimiter()
    for _ in range(5 * WHOLE):
        place = line.join(asleep)
        if leaving:
            line.leave(place)
    assert bool(line.pause(line.join(asleep))) is not leaving


def test_who_draws_nothing_when_the_turn_comes_leaves_it_to_the_next(clock: Clock) -> None:
    line, waiting, drawn, longest = GlobalRateLimiter(), [], 0, 0.0
    for step in range(20 * 100):
        clock.now += 0.01
        # A hundred a second, of which three in four find that there is nothing to draw.
        waiting.append((line.join(asleep), step % 4 == 0))
        while waiting and not line.pause(waiting[0][0]):
            place, draws = waiting.pop(0)
            longest = max(longest, line.serve(place))
            drawn += draws
            if not draws:
                line.leave(SERVED)
    assert drawn == pytest.approx(20 * 100 / 4, abs=5)
    assert longest < 0.1


class Sleeper:
    """Waits in a line for as long as it was told, or until it is woken.

    Args:
        line: The line.
        clock: The clock that it goes by.
        held: Whether it waits for its chat instead, and for ever.
    """

    def __init__(self, line: GlobalRateLimiter, clock: Clock, *, held: bool = False) -> None:
        self._line, self._clock, self._is_held = line, clock, held
        self._place = line.join(self._wake)
        self._look()

    def _wake(self) -> bool:
        if not self._is_held:
            self._look()
        return not self._is_held

    def leave(self) -> None:
        """Give up the place."""
        self._line.leave(self._place)

    def _look(self) -> None:
        self._wakes_at = self._clock.now + self._line.pause(self._place)

    def is_served(self) -> bool:
        """Look, if that is due; tell whether the turn has come and was taken."""
        if self._clock.now < self._wakes_at:
            return False
        self._look()
        if self._clock.now < self._wakes_at:
            return False
        self._line.serve(self._place)
        return True


def drawn_by(sleepers: list[Sleeper], line: GlobalRateLimiter, clock: Clock, each: int) -> int:
    """Count how many draw in five seconds, one in so many of those whose turn comes."""
    served = drawn = 0
    for _ in range(5 * 100):
        clock.now += 0.01
        while sleepers and sleepers[0].is_served():
            del sleepers[0]
            served += 1
            if served % each:
                line.leave(SERVED)
            else:
                drawn += 1
    return drawn


def test_who_sleeps_is_woken_where_others_find_nothing_to_draw(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    sleepers = [Sleeper(line, clock) for _ in range(100 * WHOLE)]
    assert drawn_by(sleepers, line, clock, each=4) == pytest.approx(5 * WHOLE, abs=5)


def test_who_sleeps_is_woken_where_others_give_up_waiting(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    sleepers = [Sleeper(line, clock) for _ in range(100 * WHOLE)]
    for sleeper in sleepers[: 90 * WHOLE]:
        sleeper.leave()
    assert drawn_by(sleepers[90 * WHOLE :], line, clock, each=1) == pytest.approx(5 * WHOLE, abs=5)


def test_who_sleeps_is_woken_though_the_chat_of_those_before_is_held(clock: Clock) -> None:
    line = GlobalRateLimiter()
    passing(line, clock, 2, 0)
    leaving, _, sleepers = (
        [Sleeper(line, clock, held=held) for _ in range(count * WHOLE)]
        for held, count in ((False, 90), (True, 2), (False, 10))
    )
    for sleeper in leaving:
        sleeper.leave()
    clock.now += 2
    assert drawn_by(sleepers, line, clock, each=1) == pytest.approx(5 * WHOLE, abs=5)


def test_who_has_jumped_an_overrun_line_for_nothing_lets_nobody_more_pass(clock: Clock) -> None:
    line, place, passed = GlobalRateLimiter(), 0.0, 0
    place = line.join(asleep)
    for step in range(10 * 100):
        clock.now += 0.01
        if step % 2:
            line.leave(line.jump())
        while not line.pause(place):
            line.serve(place)
            passed, place = passed + 1, line.join(asleep)
    assert passed <= 10 * WHOLE + WHOLE


def test_there_is_room_for_what_can_wait_while_few_wait(clock: Clock) -> None:
    line = GlobalRateLimiter()
    assert line.room == SPARE * WHOLE
    line.share(4)
    assert line.room == int(SPARE * WHOLE / 4)
    for _ in range(2 * WHOLE):
        line.join(asleep)
    assert line.room == 1
    clock.now += 60
    assert line.room == int(SPARE * WHOLE / 4)
    line.share(1000)
    assert line.room == 1
