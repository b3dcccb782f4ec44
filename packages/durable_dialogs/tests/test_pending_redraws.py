"""Pending redraws: which worker draws them, and until when they stay in the index."""

import asyncio
import time
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import orjson
import pytest
from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from typing_extensions import override

from durable_dialogs.drawing.renderer import Renderer
from durable_dialogs.recovery import pending_redraw, redraws, takeover
from durable_dialogs.recovery.pending_redraw import PendingRedraw, StoredWindow
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.recovery.redraw_index import RedrawIndex, in_pages
from durable_dialogs.redis.batch import Argument, Batch
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_dialogs.workers import registry
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.pending_redraws import (
    ANN,
    CHAT,
    INDEX,
    KEYS,
    OTHER,
    SOON,
    TAPPED,
    Idle,
    pending_redraws,
    running,
)


class Held(Batch):
    """Holds the script that removes entries back until the test releases it."""

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
    """Have pending redraws checked often."""
    monkeypatch.setattr(redraws, "PERIOD", 0.1)
    monkeypatch.setattr(pending_redraw, "REST", 0.3)
    monkeypatch.setattr(redraws, "PATIENCE", 0.5)
    monkeypatch.setattr(takeover, "REFRESH", 0.5)


@pytest.fixture(autouse=True)
async def windows(redis: Redis) -> None:
    """Store two windows with messages."""
    for number, record in enumerate((TAPPED, OTHER), start=1):
        await redis.hset(record, mapping={"version": "1", "message": number})


def worker(
    redis: Redis, batch: Batch | None = None, workers: WorkerRegistry | None = None
) -> PendingRedraws:
    """Give the pending redraws of a new worker."""
    batch = batch or Batch(redis)
    workers = workers or WorkerRegistry(redis, batch, KEYS)
    return pending_redraws(redis, batch, cast("Renderer", Idle()), workers)


async def draw_nothing(_record: str, _location: Location) -> None:
    """Draw nothing."""


async def test_a_window_that_is_tapped_while_others_are_drawn_stays_pending(redis: Redis) -> None:
    pending, again = worker(redis), asyncio.Event()

    async def draw_again(record: str, _location: Location) -> None:
        if record == TAPPED:
            again.set()
        elif not again.is_set():
            # A tap that is committed but never drawn.
            await pending.announce([TAPPED], ANN)
            await redis.hset(TAPPED, "version", "2")

    for record in (TAPPED, OTHER):
        await pending.announce([record], ANN)
        pending.hurry(record)
    pending.committed(TAPPED, "1")
    async with running(pending, draw_again), asyncio.timeout(SOON):
        await again.wait()
        names = await redis.hkeys(INDEX)
    assert any(TAPPED in str(name) for name in names)


async def test_a_new_announcement_survives_the_removal_of_the_old_one(
    redis: Redis,
) -> None:
    batch = Held(redis)
    pending = worker(redis, batch)
    await pending.announce([TAPPED], ANN)
    pending.committed(TAPPED, "1")
    pending.hurry(TAPPED)
    async with running(pending, draw_nothing), asyncio.timeout(SOON):
        await batch.reached.wait()
        await pending.announce([TAPPED], ANN)
        # The tap's version is not drawn, so the entry has to stay.
        await redis.hset(TAPPED, "version", "2")
        batch.released.set()
        await batch.done.wait()
        assert await redis.hlen(INDEX) == 1


@pytest.fixture
def skew(monkeypatch: pytest.MonkeyPatch) -> ContextVar[float]:
    """Give the seconds by which the clock is ahead for a task that sets them and its children."""
    ahead, real = ContextVar("ahead", default=0.0), time.time
    monkeypatch.setattr("time.time", lambda: real() + ahead.get())
    return ahead


async def calls(redis: Redis, command: str) -> int:
    """Return how many times workers have used a command."""
    stats = await redis.info("commandstats")
    return int(stats.get(f"cmdstat_{command}", {"calls": 0})["calls"])


async def looks(redis: Redis) -> int:
    """Return how many times workers have looked who lives."""
    return await calls(redis, "zadd")


@pytest.mark.parametrize("hours", [-5, pytest.param(5, marks=pytest.mark.thorough)])
async def test_redraws_are_taken_over_from_a_dead_worker_but_not_from_one_with_another_clock(
    redis: Redis, skew: ContextVar[float], monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    monkeypatch.setattr(registry, "SILENCE", 3)
    drawn: dict[str, set[str]] = {"here": set(), "elsewhere": set()}

    async def draw_again(worker: str, record: str, _location: Location) -> None:
        drawn[worker].add(record)

    here, elsewhere, animated_for = worker(redis), worker(redis), 1_000_000
    async with running(here, partial(draw_again, "here")), asyncio.timeout(2 * SOON):
        skew.set(hours * 3600)
        async with running(elsewhere, partial(draw_again, "elsewhere")):
            while await looks(redis) < 2:  # the first takes over what it finds
                await asyncio.sleep(0.02)
            await elsewhere.announce([TAPPED], ANN, animated_for)
            skew.set(0)
            await here.announce([OTHER], ANN, animated_for)
            before = await looks(redis)
            while await looks(redis) < before + 6:
                await asyncio.sleep(0.02)
            assert drawn == {"here": {OTHER}, "elsewhere": {TAPPED}}
        while TAPPED not in drawn["here"]:
            await asyncio.sleep(0.02)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers read the whole index at each look."""
    monkeypatch.setattr(takeover, "REFRESH", 0.05)
    monkeypatch.setattr(takeover, "FULL", 0.0)


@pytest.mark.usefixtures("often")
async def test_thousands_of_entries_of_a_live_worker_do_not_stall_the_others(redis: Redis) -> None:
    batch = Batch(redis)
    other = WorkerRegistry(redis, batch, KEYS)
    index = RedrawIndex(redis, batch, KEYS, other.worker)
    records = [CHAT.record(f"m{number}") for number in range(50_000)]
    longest = 0.0
    async with running(worker(redis), draw_nothing), asyncio.timeout(4 * SOON):
        while not await calls(redis, "hscan"):  # the first look takes all
            await asyncio.sleep(0.02)
        living = asyncio.create_task(other.run(lambda _: None))
        await other.live()
        for page in in_pages(records):
            await index.write({record: PendingRedraw.owed(ANN) for record in page})
        before = await calls(redis, "hscan")
        while await calls(redis, "hscan") < before + 150:
            # The processor's time, because a busy machine stalls every process.
            began = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - began)
        living.cancel()
    assert await redis.hlen(INDEX) == len(records)
    assert longest < 0.05, longest


@pytest.mark.usefixtures("often")
async def test_pending_redraws_are_not_written_again_while_they_wait(redis: Redis) -> None:
    pending = worker(redis)
    await pending.announce([TAPPED], ANN, 1_000_000)
    written = await calls(redis, "hset")
    async with running(pending, draw_nothing), asyncio.timeout(SOON):
        before = await looks(redis)
        while await looks(redis) < before + 5:
            await asyncio.sleep(0.02)
    assert await calls(redis, "hset") == written


@pytest.mark.usefixtures("often")
async def test_while_redis_is_silent_no_worker_takes_another_for_dead(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeover, "DELAY", -1.0)  # as if each look came too late
    batch = Batch(redis)
    other = WorkerRegistry(redis, batch, KEYS)
    async with running(worker(redis), draw_nothing), asyncio.timeout(SOON):
        while not await looks(redis):
            await asyncio.sleep(0.02)
        await RedrawIndex(redis, batch, KEYS, other.worker).write({TAPPED: PendingRedraw.owed(ANN)})
        before = await looks(redis)
        while await looks(redis) < before + 5:
            await asyncio.sleep(0.02)
        assert await redis.hkeys(INDEX) == [f"{other.worker} {TAPPED}".encode()]


async def test_a_window_that_can_not_be_drawn_while_redis_is_away_is_drawn_later(
    redis: Redis,
) -> None:
    pending, tries = worker(redis), 0
    drawn = asyncio.Event()

    async def draw_again(_record: str, _location: Location) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise AwayError("for a moment")
        drawn.set()

    await pending.announce([TAPPED], ANN)
    pending.hurry(TAPPED)
    async with running(pending, draw_again), asyncio.timeout(SOON):
        await drawn.wait()
        while await redis.hlen(INDEX):
            await asyncio.sleep(0.02)
    assert tries == 3


async def test_a_stuck_window_delays_neither_others_nor_signs_of_life(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "SILENCE", 3)
    batch = Batch(redis)
    workers = WorkerRegistry(redis, batch, KEYS)
    pending, others = worker(redis, batch, workers), asyncio.Event()

    async def draw_again(record: str, _location: Location) -> None:
        if record == TAPPED:
            await asyncio.Event().wait()  # for ever
        others.set()

    async with running(pending, draw_again), asyncio.timeout(SOON):
        async with running(worker(redis), draw_nothing):
            while await looks(redis) < 3:  # the first takes over what it finds
                await asyncio.sleep(0.02)
            await pending.announce([TAPPED], ANN)
            pending.hurry(TAPPED)
            before = await looks(redis)
            while await looks(redis) < before + 15:  # of both, for more than three seconds
                await asyncio.sleep(0.02)
            (name,) = await redis.hkeys(INDEX)
        await pending.announce([OTHER], ANN)
        pending.hurry(OTHER)
        await others.wait()
    assert name == f"{workers.worker} {TAPPED}".encode()


async def test_entries_of_a_later_version_are_left_for_it(redis: Redis) -> None:
    index = RedrawIndex(redis, Batch(redis), KEYS, "own")
    await index.write({"known": PendingRedraw.owed(ANN)})
    (raw,) = await redis.hvals(INDEX)
    later = orjson.dumps({**orjson.loads(raw), "checklist": 7})
    for record, odd in {"later": later, "list": b"[]", "cut": b'{"at":', "none": b"{}"}.items():
        await redis.hset(INDEX, f"dead {record}", odd)
    assert [entry.record async for page in index.pages() for entry in page] == ["known"]
    assert await redis.hlen(INDEX) == 5


def test_an_animation_is_not_checked_in_the_middle_of_an_update() -> None:
    redraw = PendingRedraw.announced(ANN, now=100.0, animated_until=1_000.0)
    assert not redraw.is_due(100.1)  # Redis may have the commit, but the worker not its answer
    redraw.committed("1")
    assert redraw.is_due(100.1)


@pytest.mark.parametrize("is_animation", [True, False])
def test_a_refused_animation_still_shows_what_it_showed(*, is_animation: bool) -> None:
    redraw, stored = PendingRedraw.announced(ANN, now=0.0), StoredWindow("1", 5)
    redraw.animated_until = 1_000.0
    if is_animation:
        redraw.committed("1")
    redraw.begin(stored, now=100.0, redis_now=100.0)
    redraw.refused(now=101.0)
    assert redraw.is_animation(stored) == is_animation
    assert not redraw.is_due(101.1)
