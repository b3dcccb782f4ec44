"""Several workers change and draw one record: the last drawing is of the last version."""

import asyncio
import os
import random
import secrets
import time

import pytest
from redis.asyncio import Redis

from durable_dialogs.recovery import pending_redraw, redraws
from durable_support.pending_redraws import SOON, TAPPED
from durable_support.several_workers import Chat, working

REST = 0.3
LATENCY = 0.1
WORKERS = 3


@pytest.fixture
def throw() -> random.Random:
    """Return a random generator, seeded by TALLY_SEED or else anew; pytest shows a failure's."""
    seed = os.environ.get("TALLY_SEED") or secrets.token_hex(4)
    print(f"TALLY_SEED={seed}")  # noqa: T201 - repeats a failure
    return random.Random(seed)  # noqa: S311 - not for secrets


@pytest.fixture
async def chat(redis: Redis, throw: random.Random, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """Return a message that shows version 0, which workers check often."""
    monkeypatch.setattr(redraws, "PERIOD", 0.05)
    monkeypatch.setattr(pending_redraw, "REST", REST)
    await redis.hset(TAPPED, mapping={"version": "0", "message": 1})
    return Chat(redis, throw, LATENCY)


async def test_a_worker_alone_draws_nothing_again(chat: Chat) -> None:
    async with working(chat, 1) as (alone,), asyncio.timeout(SOON):
        for _ in range(20):
            await alone.press()
        await chat.until_settled()
    assert (chat.shown, alone.redraws) == ("20", 0)


async def test_the_last_drawing_is_of_the_last_version_whoever_commits_when(
    chat: Chat, throw: random.Random
) -> None:
    commits = 0
    async with working(chat, WORKERS) as workers, asyncio.timeout(4 * SOON):
        for _ in range(20):
            for _ in range(throw.randint(1, 6)):
                await throw.choice(workers).press()
                commits += 1
                # From quicker than an edit to longer than a rest.
                await asyncio.sleep(throw.choice([0, LATENCY, REST, 2 * REST]) * throw.random())
            if throw.random() < 0.5:
                await chat.until_settled()
                assert chat.shown == await chat.stored()
        await chat.until_settled()
    assert chat.shown == await chat.stored() == str(commits)
    # A worker draws a version again at most once.
    assert sum(worker.redraws for worker in workers) <= (WORKERS - 1) * commits


async def test_while_workers_go_on_committing_none_draws_for_the_other(chat: Chat) -> None:
    rests, committed_at = 0, time.monotonic()
    async with working(chat, 2) as workers, asyncio.timeout(4 * SOON):
        for number in range(200):
            await workers[number % 2].press()
            # Only a busy machine lets the record rest so long that a worker takes it for final.
            rests += time.monotonic() - committed_at > REST / 2
            committed_at = time.monotonic()
            await asyncio.sleep(0.01)
        await chat.until_settled()
    assert chat.shown == "200"
    assert sum(worker.redraws for worker in workers) <= 1 + 2 * rests


async def test_a_worker_that_has_drawn_once_draws_nothing_while_another_goes_on(
    chat: Chat,
) -> None:
    rests, committed_at = 0, time.monotonic()
    async with working(chat, 2) as (former, owner), asyncio.timeout(4 * SOON):
        await former.press()
        for _ in range(200):
            await owner.press()
            rests += time.monotonic() - committed_at > REST / 2
            committed_at = time.monotonic()
            await asyncio.sleep(0.01)
        assert former.redraws <= rests
        await chat.until_settled()
    assert chat.shown == "201"
    assert (former.redraws <= 1 + rests, owner.redraws) == (True, 0)


async def test_a_late_edit_is_drawn_over(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    async with working(chat, 2) as (late, other), asyncio.timeout(SOON):
        with monkeypatch.context() as patch:
            patch.setattr(chat, "_latency", 4 * REST)
            patch.setattr(chat, "_throw", Longest())
            await late.press()
            await asyncio.sleep(0)
        await other.press()
        await chat.until_settled()
    assert (chat.shown, late.redraws) == ("2", 1)


class Longest(random.Random):
    """Draws the longest time."""

    def uniform(self, _a: float, b: float) -> float:
        """Return the upper bound."""
        return b
