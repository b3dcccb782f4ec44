"""A token bucket, with a clock of the test's own."""

from functools import partial

import pytest

from durable_dialogs import token_bucket
from durable_dialogs.drawing.renderer import GROUP_BUCKET, PRIVATE_BUCKET
from durable_dialogs.token_bucket import TokenBucket
from durable_support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that paces go by."""
    own = Clock()
    monkeypatch.setattr(token_bucket, "time", own)
    return own


def spent(pace: TokenBucket, clock: Clock, seconds: int) -> int:
    """Count the tokens that who always wants one spends in so many seconds."""
    count, end = 0, clock.now + seconds
    while clock.now <= end:
        while not pace.pause:
            pace.spend()
            count += 1
        clock.now += 0.25
    return count


@pytest.mark.parametrize(
    ("made", "minute"), [(GROUP_BUCKET, 20), (PRIVATE_BUCKET, 64)], ids=["group", "person"]
)
def test_in_a_minute_goes_what_telegram_bears(
    clock: Clock, made: partial[TokenBucket], minute: int
) -> None:
    pace = made()
    assert spent(pace, clock, 60) == minute
    # No more is saved up in an hour.
    clock.now += 3600
    assert spent(pace, clock, 60) == minute


def test_it_tells_when_the_next_may_go(clock: Clock) -> None:
    pace = TokenBucket(burst=2, rate=0.5)
    for pause in (0, 0, 2):
        assert pace.pause == pytest.approx(pause)
        pace.spend()
    # The third could not wait: it took nothing that those who can will have.
    clock.now += 1
    assert pace.pause == pytest.approx(1)
    clock.now += 1
    assert pace.pause == pytest.approx(0)


def test_who_was_overrun_is_left_alone_and_then_asked_slowly(clock: Clock) -> None:
    pace = TokenBucket(burst=5, rate=1)
    pace.hold_back(3)
    assert (pace.hold, pace.pause) == (3, 4)
    clock.now += 3
    assert (pace.hold, pace.pause) == (0, 1)
    assert spent(pace, clock, 10) == 10
    # An earlier end does not take back a later one.
    pace.hold_back(3)
    pace.hold_back(1)
    assert pace.hold == 3


def test_a_bucket_that_is_held_back_does_not_fill_whoever_uses_it_meanwhile(clock: Clock) -> None:
    for use in (TokenBucket.spend, lambda bucket: bucket.hold_back(1)):
        bucket = TokenBucket(burst=5, rate=1)
        bucket.hold_back(30)
        clock.now += 1
        use(bucket)
        clock.now += 29
        assert bucket.hold == 0
        assert bucket.pause >= 1


def test_a_token_that_is_given_back_during_a_hold_is_there_after_it(clock: Clock) -> None:
    bucket = TokenBucket(burst=5, rate=0.5)
    assert bucket.spend()
    bucket.hold_back(30)
    bucket.give_back()
    assert not bucket.spend()
    clock.now += 30
    assert [bucket.spend() for _ in range(2)] == [True, False]
