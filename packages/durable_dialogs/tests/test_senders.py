"""Who sends a first message: one worker, or the next one if that dies."""

import asyncio

import pytest
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis

from durable_dialogs.drawing import senders
from durable_dialogs.drawing.senders import Senders, Sent, digest_of
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.outcome import Drawing

CONTENT = NewMessage(Chat(id=7, type="private"), None, None, "Specify the number: 1")
DRAWING = Drawing("tally:{42:7}:stack:::tea", 7, CONTENT, -9, fresh=True)
TAKEN_OFF = Drawing(DRAWING.record, 7, None, -9)


@pytest.fixture
async def crews(redis: Redis) -> list[WorkerRegistry]:
    """Give two workers that have signed the list of workers."""
    batch = Batch(redis)
    crews = [WorkerRegistry(redis, batch, 42) for _ in range(2)]
    for number, crew in enumerate(crews):
        # Of other machines, so that nobody looks for their processes here.
        crew.worker = f"machine{number}:1:ab"
        await crew.gone([])
    return crews


@pytest.fixture
def pair(redis: Redis, crews: list[WorkerRegistry]) -> list[Senders]:
    """Give what each of them asks."""
    return [Senders(redis, Batch(redis), crew) for crew in crews]


async def test_one_sends_and_the_other_waits_and_learns_of_the_message(pair: list[Senders]) -> None:
    one, two = pair
    assert await one.claim(DRAWING, "5") == await one.claim(DRAWING, "6") == 0
    pause = await two.claim(DRAWING, "6")
    assert isinstance(pause, float)
    assert 0 < pause <= senders.LATEST
    await one.settle(DRAWING, "6", 100)
    assert await two.claim(DRAWING, "6") == Sent(100, "6", digest_of(DRAWING))
    # Whose buttons are to be taken off then.
    assert await two.claim(TAKEN_OFF, "7") == Sent(100, "6", digest_of(DRAWING))


async def test_what_was_sent_but_nobody_knows_as_what_is_sent_anew_once_it_is_newer(
    pair: list[Senders],
) -> None:
    one, two = pair
    await one.claim(DRAWING, "5")
    await one.settle(DRAWING, "5", None)
    assert await two.claim(DRAWING, "5") == Sent(None, "5", digest_of(DRAWING))
    assert await two.claim(TAKEN_OFF, "6") == Sent(None, "5", digest_of(DRAWING))
    assert await two.claim(DRAWING, "6") == 0
    assert await one.claim(DRAWING, "6") != 0


async def test_what_one_has_given_up_the_other_may_try(pair: list[Senders]) -> None:
    one, two = pair
    await one.claim(DRAWING, "5")
    await two.release(DRAWING)
    assert await two.claim(DRAWING, "5") != 0
    await one.release(DRAWING)
    assert await two.claim(DRAWING, "5") == 0


async def test_what_is_taken_off_before_it_was_sent_is_not_sent(pair: list[Senders]) -> None:
    one, two = pair
    assert await two.claim(TAKEN_OFF, "6") == 0
    assert await one.claim(DRAWING, "5") is None


async def test_who_dies_leaves_it_to_the_other(
    pair: list[Senders], crews: list[WorkerRegistry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "YOUNG", 0.1)
    one, two = pair
    await one.claim(DRAWING, "5")
    await asyncio.sleep(0.2)
    assert await two.claim(DRAWING, "5") != 0
    await crews[0].close(within=1)
    assert await two.claim(DRAWING, "5") == 0
    # It was stopped in the middle, and goes on.
    assert await one.claim(DRAWING, "5") != 0


async def test_while_redis_is_away_nobody_sends(redis: Redis, pair: list[Senders]) -> None:
    await redis.config_set("maxmemory", 1)
    assert await pair[0].claim(DRAWING, "5") == senders.PAUSE
    await redis.config_set("maxmemory", 0)
    assert await pair[0].claim(DRAWING, "5") == 0
