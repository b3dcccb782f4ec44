"""The index of windows that may not have been drawn: who looks after them, and until when."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from typing_extensions import override

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.recovery import pending_redraws, redraws
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.redis.batch import Argument, Batch
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_support.pending_redraws import (
    ANN,
    BOT,
    INDEX,
    OTHER,
    SOON,
    TAPPED,
    Idle,
    running,
)


class Held(Batch):
    """Holds a script back until it is let go, as a connection that is slow."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.reached, self.released, self.done = [asyncio.Event() for _ in range(3)]

    @override
    async def run(
        self,
        script: AsyncScript,
        keys: Sequence[str],
        args: Sequence[Argument],
        *,
        safe: bool = False,
    ) -> Any:
        if "HDEL" in str(script.script):
            self.reached.set()
            await self.released.wait()
        try:
            return await super().run(script, keys, args, safe=safe)
        finally:
            if self.released.is_set():
                self.done.set()


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have windows looked at often."""
    monkeypatch.setattr(redraws, "PERIOD", 0.1)
    monkeypatch.setattr(redraws, "REST", 0.3)
    monkeypatch.setattr(redraws, "PATIENCE", 0.5)
    monkeypatch.setattr(pending_redraws, "REFRESH", 0.5)


@pytest.fixture(autouse=True)
async def windows(redis: Redis) -> None:
    """Have two windows stand on messages."""
    for number, record in enumerate((TAPPED, OTHER), start=1):
        await redis.hset(record, mapping={"version": "1", "message": number})


def worker(
    redis: Redis, batch: Batch | None = None, crew: WorkerRegistry | None = None
) -> PendingRedraws:
    batch = batch or Batch(redis)
    crew = crew or WorkerRegistry(redis, batch, BOT)
    return PendingRedraws(redis, batch, BOT, cast("Renderer", Idle()), crew)


async def draw_nothing(record: str, place: Location) -> None:
    """Draw nothing."""


async def test_what_is_tapped_while_others_are_drawn_is_still_looked_after(redis: Redis) -> None:
    undrawn, again = worker(redis), asyncio.Event()

    async def redraw(record: str, _place: Location) -> None:
        if record == TAPPED:
            again.set()
        elif not again.is_set():
            # A tap, whose commit comes but whose drawing never does.
            await undrawn.announce([TAPPED], ANN)
            await redis.hset(TAPPED, "version", "2")

    for record in (TAPPED, OTHER):
        await undrawn.announce([record], ANN)
        undrawn.hurry(record)
    undrawn.committed(TAPPED, "1")
    async with running(undrawn, redraw), asyncio.timeout(SOON):
        await again.wait()
        names = await redis.hkeys(INDEX)
    assert any(TAPPED in str(name) for name in names)


async def test_what_is_announced_anew_outlives_being_taken_off_later_than_that(
    redis: Redis,
) -> None:
    batch = Held(redis)
    undrawn = worker(redis, batch)
    await undrawn.announce([TAPPED], ANN)
    undrawn.committed(TAPPED, "1")
    undrawn.hurry(TAPPED)
    async with running(undrawn, draw_nothing), asyncio.timeout(SOON):
        await batch.reached.wait()
        await undrawn.announce([TAPPED], ANN)
        # The tap's version is not drawn, so the entry has to stay.
        await redis.hset(TAPPED, "version", "2")
        batch.released.set()
        await batch.done.wait()
        assert await redis.hlen(INDEX) == 1


@pytest.fixture
def skew(monkeypatch: pytest.MonkeyPatch) -> ContextVar[float]:
    """Give by how many seconds the clock is ahead of whoever sets it, and of what they begin."""
    ahead, real = ContextVar("ahead", default=0.0), time.time
    monkeypatch.setattr("time.time", lambda: real() + ahead.get())
    return ahead


async def looks(redis: Redis) -> int:
    """Tell how often somebody has looked into the index."""
    stats = await redis.info("commandstats")
    return int(stats.get("cmdstat_hgetall", {"calls": 0})["calls"])


@pytest.mark.parametrize("hours", [-5, pytest.param(5, marks=pytest.mark.thorough)])
async def test_a_neighbour_whose_clock_differs_is_left_alone_and_one_who_died_is_not(
    redis: Redis, skew: ContextVar[float], monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    monkeypatch.setattr(pending_redraws, "SILENCE", 3.0)
    drawn: dict[str, set[str]] = {"here": set(), "elsewhere": set()}

    async def redraw(who: str, record: str, _place: Location) -> None:
        drawn[who].add(record)

    here, elsewhere, moving = worker(redis), worker(redis), 1_000_000
    async with running(here, partial(redraw, "here")), asyncio.timeout(2 * SOON):
        skew.set(hours * 3600)
        async with running(elsewhere, partial(redraw, "elsewhere")):
            while await looks(redis) < 2:  # the first takes over what it finds
                await asyncio.sleep(0.02)
            await elsewhere.announce([TAPPED], ANN, moving)
            skew.set(0)
            await here.announce([OTHER], ANN, moving)
            before = await looks(redis)
            while await looks(redis) < before + 6:
                await asyncio.sleep(0.02)
            assert drawn == {"here": {OTHER}, "elsewhere": {TAPPED}}
        while TAPPED not in drawn["here"]:
            await asyncio.sleep(0.02)


async def test_what_can_not_be_drawn_while_redis_is_away_is_drawn_later(redis: Redis) -> None:
    undrawn, tries = worker(redis), 0
    drawn = asyncio.Event()

    async def redraw(_record: str, _place: Location) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise AwayError("for a moment")
        drawn.set()

    await undrawn.announce([TAPPED], ANN)
    undrawn.hurry(TAPPED)
    async with running(undrawn, redraw), asyncio.timeout(SOON):
        await drawn.wait()
        while await redis.hlen(INDEX):
            await asyncio.sleep(0.02)
    assert tries == 3


async def test_a_window_that_waits_for_its_turn_holds_up_neither_others_nor_signs_of_life(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_redraws, "SILENCE", 3.0)
    batch = Batch(redis)
    crew = WorkerRegistry(redis, batch, BOT)
    undrawn, others = worker(redis, batch, crew), asyncio.Event()

    async def redraw(record: str, _place: Location) -> None:
        if record == TAPPED:
            await asyncio.Event().wait()  # for ever
        others.set()

    await undrawn.announce([TAPPED], ANN)
    undrawn.hurry(TAPPED)
    async with running(undrawn, redraw), asyncio.timeout(SOON):
        async with running(worker(redis), draw_nothing):
            before = await looks(redis)
            while await looks(redis) < before + 15:  # of both, for more than three seconds
                await asyncio.sleep(0.02)
            (name,) = await redis.hkeys(INDEX)
        await undrawn.announce([OTHER], ANN)
        undrawn.hurry(OTHER)
        await others.wait()
    assert name == f"{crew.worker} {TAPPED}".encode()
