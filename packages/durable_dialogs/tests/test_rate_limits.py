"""The rate limiter over all chats, with a clock of the test's own."""

import asyncio
import time

import pytest

from durable_dialogs import token_bucket
from durable_dialogs.drawing import rate_limits
from durable_dialogs.drawing.rate_limits import (
    BACKGROUND_RATE,
    EDITS_PER_SECOND,
    REFUSED_CHATS,
    URGENT_IN_A_ROW,
    GlobalRateLimiter,
    Ticket,
)
from durable_support.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock of rate limiters."""
    own = Clock()
    monkeypatch.setattr(rate_limits, "time", own)
    monkeypatch.setattr(token_bucket, "time", own)
    return own


def taken(limiter: GlobalRateLimiter, count: int, *, urgent: bool = False) -> list[Ticket]:
    """Take so many tickets."""
    return [limiter.ticket(urgent=urgent) for _ in range(count)]


def called(tickets: list[Ticket]) -> int:
    """Count the tickets that are called."""
    return sum(ticket.called.is_set() for ticket in tickets)


def go_on(limiter: GlobalRateLimiter, clock: Clock, seconds: float) -> None:
    """Let time pass as the limiter's timer sees it."""
    for _ in range(round(seconds * 100)):
        clock.now += 0.01
        limiter.call_due()


async def test_tickets_are_called_in_their_order_at_the_rate(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    tickets = taken(limiter, 100 * EDITS_PER_SECOND)
    assert called(tickets) == EDITS_PER_SECOND
    go_on(limiter, clock, 10)
    count = called(tickets)
    assert count == pytest.approx(11 * EDITS_PER_SECOND, abs=2)
    assert called(tickets[:count]) == count


async def test_urgent_tickets_are_called_first_and_within_the_rate(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    others, urgent = taken(limiter, 10 * EDITS_PER_SECOND), taken(limiter, 20, urgent=True)
    before = called(others)
    go_on(limiter, clock, 1)
    assert called(urgent) == 20
    assert called(others) - before == pytest.approx(EDITS_PER_SECOND - 20, abs=1)


async def test_no_ticket_waits_for_ever_however_many_urgent_ones_there_are(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    urgent = taken(limiter, 100 * EDITS_PER_SECOND, urgent=True)
    others = taken(limiter, 10 * EDITS_PER_SECOND)
    assert called(others) == 0
    go_on(limiter, clock, 8)
    assert called(others) == pytest.approx(8 * EDITS_PER_SECOND / (URGENT_IN_A_ROW + 1), abs=2)
    assert called(urgent) + called(others) == pytest.approx(9 * EDITS_PER_SECOND, abs=2)


async def test_a_ticket_that_becomes_urgent_is_called_before_the_others(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    tickets = taken(limiter, 10 * EDITS_PER_SECOND)
    limiter.make_urgent(tickets[-1])
    limiter.make_urgent(tickets[-1])
    limiter.make_urgent(tickets[0])
    go_on(limiter, clock, 0.1)
    assert tickets[-1].called.is_set()


@pytest.mark.parametrize("idle", [0, 5, 60, 3600])
@pytest.mark.parametrize("before", [0, 10, EDITS_PER_SECOND])
async def test_the_rate_holds_however_long_no_ticket_waited(
    clock: Clock, idle: int, before: int
) -> None:
    limiter = GlobalRateLimiter()
    for _ in range(before):
        taken(limiter, 1, urgent=True)
        go_on(limiter, clock, 1)
    clock.now += idle
    tickets = taken(limiter, 1000) + taken(limiter, 1000, urgent=True)
    go_on(limiter, clock, 10)
    assert called(tickets) == pytest.approx(11 * EDITS_PER_SECOND, abs=2)


async def test_a_process_that_has_stalled_does_not_exceed_the_rate_afterwards(
    clock: Clock,
) -> None:
    limiter = GlobalRateLimiter()
    tickets = taken(limiter, 10 * EDITS_PER_SECOND)
    clock.now += 4
    limiter.call_due()
    assert called(tickets) == 2 * EDITS_PER_SECOND
    go_on(limiter, clock, 1)
    assert called(tickets) == pytest.approx(3 * EDITS_PER_SECOND, abs=1)


async def test_one_edit_is_made_at_once_however_many_workers_there_are(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    limiter.share(64)
    clock.now += 60
    assert not limiter.delay(urgent=False)
    assert called(taken(limiter, 2)) == 1
    assert limiter.delay(urgent=True) == pytest.approx(64 / EDITS_PER_SECOND)
    assert limiter.delay(urgent=False) == pytest.approx(2 * 64 / EDITS_PER_SECOND)


@pytest.mark.usefixtures("clock")
async def test_changes_of_the_number_of_workers_call_no_ticket() -> None:
    limiter = GlobalRateLimiter()
    tickets = taken(limiter, 10 * EDITS_PER_SECOND)
    for workers in (2, 1, 2, 3, 1):
        limiter.share(workers)
    assert called(tickets) == EDITS_PER_SECOND


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("before", "left"), [(0, 10), (15, 5), (30, 0)])
async def test_other_workers_get_their_share_of_the_tickets_that_are_saved_up(
    before: int, left: int
) -> None:
    limiter = GlobalRateLimiter()
    taken(limiter, before)
    limiter.share(3)
    # What workers that are gone had saved up may be spent.
    limiter.share(1)
    assert called(taken(limiter, EDITS_PER_SECOND)) == left


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("urgent", [True, False])
async def test_tickets_that_are_given_back_delay_no_other(*, urgent: bool) -> None:
    limiter = GlobalRateLimiter()
    for ticket in taken(limiter, 5 * EDITS_PER_SECOND, urgent=urgent):
        limiter.give_back(ticket)
    assert not limiter.delay(urgent=False)
    assert called(taken(limiter, EDITS_PER_SECOND + 1)) == EDITS_PER_SECOND


@pytest.mark.usefixtures("clock")
async def test_a_called_ticket_that_is_given_back_lets_the_next_one_pass() -> None:
    limiter = GlobalRateLimiter()
    tickets = taken(limiter, 3 * EDITS_PER_SECOND)
    for ticket in tickets[:EDITS_PER_SECOND]:
        limiter.give_back(ticket)
    assert called(tickets[EDITS_PER_SECOND:]) == EDITS_PER_SECOND


async def test_a_waiting_ticket_is_called_by_a_timer() -> None:
    limiter = GlobalRateLimiter()
    *_, last = taken(limiter, EDITS_PER_SECOND + 3)
    began = time.monotonic()
    async with asyncio.timeout(10):
        await last.called.wait()
    assert time.monotonic() - began >= 2 / EDITS_PER_SECOND


async def test_a_chat_that_is_refused_holds_no_other_chat_back(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    for _ in range(10):
        limiter.refused(7, 60)
    for chat in range(REFUSED_CHATS):
        limiter.refused(chat, 60)
        limiter.accepted()
    for chat in range(REFUSED_CHATS):
        clock.now += 2
        limiter.refused(chat, 60)
    assert called(taken(limiter, EDITS_PER_SECOND)) == EDITS_PER_SECOND


async def test_several_refused_chats_hold_all_back_and_then_come_one_by_one(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    for chat in range(REFUSED_CHATS):
        limiter.refused(chat, 5 + chat)
    assert limiter.delay(urgent=True) >= 5
    urgent = taken(limiter, 10, urgent=True)
    limiter.share(1)
    go_on(limiter, clock, 4.99)
    assert called(urgent) == 0
    go_on(limiter, clock, 5 / EDITS_PER_SECOND)
    assert called(urgent) == pytest.approx(5, abs=1)


async def test_there_is_capacity_for_background_edits_while_few_tickets_wait(clock: Clock) -> None:
    limiter = GlobalRateLimiter()
    assert limiter.background_capacity == BACKGROUND_RATE * EDITS_PER_SECOND
    limiter.share(4)
    assert limiter.background_capacity == int(BACKGROUND_RATE * EDITS_PER_SECOND / 4)
    taken(limiter, 2 * EDITS_PER_SECOND)
    assert limiter.background_capacity == 1
    go_on(limiter, clock, 60)
    assert limiter.background_capacity == int(BACKGROUND_RATE * EDITS_PER_SECOND / 4)
    limiter.share(1000)
    assert limiter.background_capacity == 1
