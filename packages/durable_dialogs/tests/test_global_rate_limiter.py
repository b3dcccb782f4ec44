"""The rate limiter over all chats, with a clock of the test's own."""

import pytest

from durable_dialogs import token_bucket
from durable_dialogs.drawing import global_rate_limiter
from durable_dialogs.drawing.global_rate_limiter import (
    BACKGROUND_RATE,
    EDITS_PER_SECOND,
    LEAST_RATE,
    MAX_DEBT,
    GlobalRateLimiter,
)
from durable_support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock of rate limiters."""
    own = Clock()
    monkeypatch.setattr(global_rate_limiter, "time", own)
    monkeypatch.setattr(token_bucket, "time", own)
    return own


def no_wake() -> bool:
    """Ignore being woken, because the test looks again and again."""
    return True


def redeemed(limiter: GlobalRateLimiter, clock: Clock, seconds: int, skipping: int) -> int:
    """Count the tickets that are redeemed while so many edits skip the queue in each second."""
    count, ticket = 0, limiter.take_ticket(no_wake)
    for step in range(seconds * 100):
        clock.now += 0.01
        for _ in range(skipping * (step + 1) // 100 - skipping * step // 100):
            limiter.skip_queue()
        while not limiter.pause(ticket):
            assert limiter.redeem(ticket) == pytest.approx(0, abs=0.05)
            count, ticket = count + 1, limiter.take_ticket(no_wake)
    return count


def made_at_once(limiter: GlobalRateLimiter, clock: Clock, seconds: int, each: int) -> int:
    """Count the edits that need not wait, of so many in each second; the others are given up."""
    count = 0
    for step in range(seconds * 100):
        clock.now += 0.01
        for _ in range(each * (step + 1) // 100 - each * step // 100):
            if not limiter.pause(None):
                limiter.skip_queue()
                count += 1
    return count


def test_an_edit_that_skips_the_queue_takes_the_place_of_a_waiting_one(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    assert redeemed(limiter, clock, 10, 0) == pytest.approx(10 * EDITS_PER_SECOND, abs=2)
    assert redeemed(limiter, clock, 10, 20) == pytest.approx(10 * (EDITS_PER_SECOND - 20), abs=2)


def test_the_queue_moves_however_many_edits_skip_it(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    redeemed(limiter, clock, 20, 100)
    least = 20 * EDITS_PER_SECOND * LEAST_RATE
    assert redeemed(limiter, clock, 20, 100) == pytest.approx(least, rel=0.1)


def test_edits_that_skipped_the_queue_are_paid_for_later(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    for _ in range(EDITS_PER_SECOND):
        limiter.skip_queue()
    assert redeemed(limiter, clock, 1, 0) <= 2
    for _ in range(10 * EDITS_PER_SECOND):
        limiter.skip_queue()
    assert limiter.pause(limiter.take_ticket(no_wake)) == pytest.approx(MAX_DEBT, abs=0.5)


@pytest.mark.parametrize("idle", [0, 5, 60, 3600])
@pytest.mark.parametrize("before", [0, 10, EDITS_PER_SECOND])
def test_the_rate_holds_however_long_no_ticket_waited(clock: Clock, idle: int, before: int) -> None:
    limiter = GlobalRateLimiter()
    made_at_once(limiter, clock, 60, before)
    clock.now += idle
    assert made_at_once(limiter, clock, 10, 200) <= 11 * EDITS_PER_SECOND


def test_a_process_that_has_stalled_does_not_exceed_the_rate_afterwards(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    tickets = [limiter.take_ticket(no_wake) for _ in range(4 * EDITS_PER_SECOND)]
    clock.now += 4
    waits = [limiter.redeem(ticket) for ticket in tickets if not limiter.pause(ticket)]
    assert len(waits) == pytest.approx(len(tickets), abs=2)
    assert max(waits) == pytest.approx(3, abs=0.2)
    assert sorted(waits) == waits


def test_one_edit_is_made_at_once_however_many_workers_there_are(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    limiter.share(64)
    clock.now += 60
    assert not limiter.pause(None)
    limiter.skip_queue()
    assert limiter.pause(None) == pytest.approx(64 / EDITS_PER_SECOND)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("leaving", [True, False])
def test_a_ticket_that_is_given_back_delays_no_other(leaving: bool) -> None:  # noqa: FBT001
    limiter = GlobalRateLimiter()
    for _ in range(5 * EDITS_PER_SECOND):
        ticket = limiter.take_ticket(no_wake)
        if leaving:
            limiter.give_back(ticket)
    assert bool(limiter.pause(limiter.take_ticket(no_wake))) is not leaving


def test_a_redeemed_ticket_that_is_given_back_lets_the_next_one_pass(clock: Clock) -> None:
    limiter, waiting, drawn, longest = GlobalRateLimiter(), [], 0, 0.0
    for step in range(20 * 100):
        clock.now += 0.01
        # A hundred a second, of which three in four turn out to have nothing to draw.
        waiting.append((limiter.take_ticket(no_wake), step % 4 == 0))
        while waiting and not limiter.pause(waiting[0][0]):
            ticket, draws = waiting.pop(0)
            longest = max(longest, limiter.redeem(ticket))
            drawn += draws
            if not draws:
                limiter.give_back(ticket)
    assert drawn == pytest.approx(20 * 100 / 4, abs=5)
    assert longest < 0.1


class Sleeper:
    """Waits with a ticket for as long as the limiter told, or until it is woken.

    Args:
        limiter: The rate limiter.
        clock: The limiter's clock.
        held: Whether it waits for its chat instead, and for ever.
    """

    def __init__(self, limiter: GlobalRateLimiter, clock: Clock, *, held: bool = False) -> None:
        self._limiter, self._clock, self._is_held = limiter, clock, held
        self._ticket = limiter.take_ticket(self._wake)
        self._look()

    def _wake(self) -> bool:
        if not self._is_held:
            self._look()
        return not self._is_held

    def give_back(self) -> None:
        """Give the ticket back."""
        self._limiter.give_back(self._ticket)

    def _look(self) -> None:
        self._wakes_at = self._clock.now + self._limiter.pause(self._ticket)

    def has_redeemed(self) -> bool:
        """Look if that is due, and redeem the ticket if it was called; tell whether it was."""
        if self._clock.now < self._wakes_at:
            return False
        self._look()
        if self._clock.now < self._wakes_at:
            return False
        self._limiter.redeem(self._ticket)
        return True


def drawn_by(sleepers: list[Sleeper], clock: Clock, each: int) -> int:
    """Count the edits that are made in five seconds, one for every `each` redeemed tickets."""
    count = drawn = 0
    for _ in range(5 * 100):
        clock.now += 0.01
        while sleepers and sleepers[0].has_redeemed():
            sleeper = sleepers.pop(0)
            count += 1
            if count % each:
                sleeper.give_back()
            else:
                drawn += 1
    return drawn


def test_a_sleeper_is_woken_if_redeemed_tickets_are_given_back(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    sleepers = [Sleeper(limiter, clock) for _ in range(100 * EDITS_PER_SECOND)]
    assert drawn_by(sleepers, clock, each=4) == pytest.approx(5 * EDITS_PER_SECOND, abs=5)


def test_a_sleeper_is_woken_if_waiting_tickets_are_given_back(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    sleepers = [Sleeper(limiter, clock) for _ in range(100 * EDITS_PER_SECOND)]
    for sleeper in sleepers[: 90 * EDITS_PER_SECOND]:
        sleeper.give_back()
    left = sleepers[90 * EDITS_PER_SECOND :]
    assert drawn_by(left, clock, each=1) == pytest.approx(5 * EDITS_PER_SECOND, abs=5)


def test_a_sleeper_is_woken_although_the_chat_of_those_before_is_held(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    redeemed(limiter, clock, 2, 0)
    leaving, _, sleepers = (
        [Sleeper(limiter, clock, held=held) for _ in range(count * EDITS_PER_SECOND)]
        for held, count in ((False, 90), (True, 2), (False, 10))
    )
    for sleeper in leaving:
        sleeper.give_back()
    clock.now += 2
    assert drawn_by(sleepers, clock, each=1) == pytest.approx(5 * EDITS_PER_SECOND, abs=5)


def test_a_given_back_ticket_that_skipped_the_queue_lets_no_more_pass(clock: Clock) -> None:
    limiter, count = GlobalRateLimiter(), 0
    ticket = limiter.take_ticket(no_wake)
    for step in range(10 * 100):
        clock.now += 0.01
        if step % 2:
            limiter.give_back(limiter.skip_queue())
        while not limiter.pause(ticket):
            limiter.redeem(ticket)
            count, ticket = count + 1, limiter.take_ticket(no_wake)
    assert count <= 10 * EDITS_PER_SECOND + EDITS_PER_SECOND


def test_there_is_capacity_for_background_edits_while_few_tickets_wait(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    assert limiter.background_capacity == BACKGROUND_RATE * EDITS_PER_SECOND
    limiter.share(4)
    assert limiter.background_capacity == int(BACKGROUND_RATE * EDITS_PER_SECOND / 4)
    for _ in range(2 * EDITS_PER_SECOND):
        limiter.take_ticket(no_wake)
    assert limiter.background_capacity == 1
    clock.now += 60
    assert limiter.background_capacity == int(BACKGROUND_RATE * EDITS_PER_SECOND / 4)
    limiter.share(1000)
    assert limiter.background_capacity == 1
