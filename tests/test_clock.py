"""The clock of Redis' server: whether it is still the same, and nobody has set it."""

from typing import Any, cast

import pytest
from redis.asyncio import Redis
from typing_extensions import override

import fsm.clock
import fsm.undrawn_state
from fsm.batch import Batch
from fsm.clock import STEADY, Clock
from fsm.renderer import Renderer
from fsm.turns import Turn
from fsm.undrawn_index import Mark, Standing
from fsm.undrawn_state import AWAITED, SKEW, SLIP, State, state_of
from tests.test_undrawn import ANN, TAPPED, Idle


class Time:
    """Goes on when it is told to."""

    now = 1000.0

    def monotonic(self) -> float:
        """Give the time by the machine's clock."""
        return self.now

    def time(self) -> float:
        """Give the time of day by the machine's clock."""
        return self.now


class Server(Batch):
    """Stands in for a connection to a server whose clock can be set, and that may be slow."""

    def __init__(self, redis: Redis, passing: Time) -> None:
        super().__init__(redis)
        self.ahead, self.slowness = 1e9, 0.0
        self._passing = passing

    @property
    def time(self) -> float:
        """What its clock shows."""
        return self._passing.now + self.ahead

    @override
    async def run(self, *_: object, **__: object) -> Any:
        told = self.time
        self._passing.now += self.slowness
        return [b"%d" % told, b"%d" % (told % 1 * 1e6)]


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Give the time that passes only where the test says so."""
    own = Time()
    monkeypatch.setattr(fsm.clock, "time", own)
    monkeypatch.setattr(fsm.undrawn_state, "time", own)
    return own


@pytest.fixture
def server(redis: Redis, passing: Time) -> Server:
    return Server(redis, passing)


@pytest.fixture
async def clock(redis: Redis, server: Server, passing: Time) -> Clock:
    """Give a clock that was set a minute ago."""
    clock = Clock(redis, server, "key")
    await clock.set()
    passing.now += 60
    return clock


async def test_a_clock_that_nobody_sets_is_steady_since_it_was_asked_first(
    clock: Clock, server: Server, passing: Time
) -> None:
    began = passing.now - 60
    for _ in range(3):
        await clock.set()
        passing.now += 5
    assert clock.is_steady(server.time, passing.now, since=began)
    assert not clock.is_steady(server.time, passing.now, since=began - 1)
    assert clock.now() == pytest.approx(server.time, abs=1e-3)


@pytest.mark.parametrize("step", [-10, -2 * STEADY, 2 * STEADY, 10])
async def test_a_clock_that_was_set_or_is_anothers_is_not_steady(
    clock: Clock, server: Server, passing: Time, step: float
) -> None:
    before = passing.now
    server.ahead += step
    assert not clock.is_steady(server.time, passing.now, since=before)
    passing.now += 1
    await clock.set()
    assert not clock.is_steady(server.time, passing.now, since=before)
    assert clock.is_steady(server.time, passing.now, since=passing.now)
    assert clock.now() == pytest.approx(server.time, abs=1e-3)


async def test_what_is_told_slowly_proves_nothing(
    clock: Clock, server: Server, passing: Time
) -> None:
    assert not clock.is_steady(server.time, passing.now - 2 * STEADY, since=passing.now)
    server.slowness = 2 * STEADY
    await clock.set()
    assert not clock.is_steady(server.time, passing.now, since=passing.now)
    server.slowness = 0
    await clock.set()
    assert clock.is_steady(server.time, passing.now, since=passing.now)


class Drawn(Idle):
    """Stands in for a renderer whose last edit has ended, while another was given a turn.

    Args:
        ended: When its edit ended.
        turn: The other's.
    """

    def __init__(self, ended: float, turn: Turn) -> None:
        self._ended, self._turn = ended, turn

    @override
    def edited_until(self, *_: object) -> float:  # type: ignore[override]
        return self._ended

    @override
    async def last_turn(self, *_: object) -> Turn:  # type: ignore[override]
        return self._turn


MORE = SLIP + 0.1
"""Seconds, more than a steady clock may slip by, and less than two clocks may differ by."""


@pytest.mark.parametrize(
    ("step", "later", "version", "state"),
    [
        (0, MORE, "3", State.DRAWN),
        (0, MORE, "2", State.DRAWN),
        (SKEW / 2, MORE, "3", State.STALE),
        (SKEW / 2, SKEW + 0.1, "3", State.DRAWN),
        (0, 0, "3", State.STALE),
        (0, 0, "2", State.AWAITED),
        (0, MORE, "1", State.AWAITED),
        (0, 2 * AWAITED, "3", State.STALE),
    ],
    ids=[
        "what stands",
        "no less than this worker",
        "by another's clock",
        "later by any clock",
        "beside it",
        "beside it, and what stands is to come",
        "less than this worker would have",
        "in the future, so by another's clock",
    ],
)
async def test_a_turn_after_the_last_edit_has_drawn_what_stands(  # noqa: PLR0913, PLR0917 - a table
    clock: Clock,
    server: Server,
    passing: Time,
    step: float,
    later: float,
    version: str,
    state: State,
) -> None:
    server.ahead += step
    mark = Mark(ANN, touched=passing.now - AWAITED / 2, version="2")
    turn = Turn(AWAITED - later, version, server.time)
    renderer = cast("Renderer", Drawn(passing.now - AWAITED, turn))
    assert await state_of(TAPPED, mark, Standing("3", 42), renderer, clock) is state
