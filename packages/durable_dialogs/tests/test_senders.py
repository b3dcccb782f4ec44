"""A new message is sent by one worker, or by the next one if that worker dies."""

import pytest
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis

from durable_dialogs.drawing import senders
from durable_dialogs.drawing.senders import Senders, Sent, digest_of
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.workers.registry import WorkerRegistry

CONTENT = NewMessage(Chat(id=7, type="private"), None, None, "Specify the number: 1")
DRAWING = Drawing("tally:{42:7}:stack:::tea", 7, CONTENT, -9, fresh=True)
TAKEN_OFF = Drawing(DRAWING.record, 7, None, -9)


@pytest.fixture
async def registries(redis: Redis) -> list[WorkerRegistry]:
    """Give the registries of two workers that have sent a heartbeat."""
    batch = Batch(redis)
    registries = [WorkerRegistry(redis, batch, BotKeys(42)) for _ in range(2)]
    for number, registry in enumerate(registries):
        # Names of other machines, so that their processes are not looked up here.
        registry.worker = f"machine{number}:1:ab"
        await registry.gone([])
    return registries


@pytest.fixture
def pair(redis: Redis, registries: list[WorkerRegistry]) -> list[Senders]:
    """Give the senders of both workers."""
    return [Senders(redis, Batch(redis), registry) for registry in registries]


async def test_one_worker_sends_while_the_other_waits_and_gets_the_message(
    pair: list[Senders],
) -> None:
    one, two = pair
    assert await one.claim(DRAWING, "5") == await one.claim(DRAWING, "6") == 0
    pause = await two.claim(DRAWING, "6")
    assert isinstance(pause, float)
    assert 0 < pause <= senders.MAX_PAUSE
    await one.note_sent(DRAWING, "6", 100)
    assert await two.claim(DRAWING, "6") == Sent(100, "6", digest_of(DRAWING))
    # Then the buttons of that message are taken off.
    assert await two.claim(TAKEN_OFF, "7") == Sent(100, "6", digest_of(DRAWING))


async def test_a_message_whose_id_is_unknown_is_sent_anew_in_a_newer_version(
    pair: list[Senders],
) -> None:
    one, two = pair
    await one.claim(DRAWING, "5")
    await one.note_sent(DRAWING, "5", None)
    assert await two.claim(DRAWING, "5") == Sent(None, "5", digest_of(DRAWING))
    assert await two.claim(TAKEN_OFF, "6") == Sent(None, "5", digest_of(DRAWING))
    assert await two.claim(DRAWING, "6") == 0
    assert await one.claim(DRAWING, "6") != 0


async def test_the_other_worker_may_send_a_message_that_one_has_given_up(
    pair: list[Senders],
) -> None:
    one, two = pair
    await one.claim(DRAWING, "5")
    await two.release(DRAWING)
    assert await two.claim(DRAWING, "5") != 0
    await one.release(DRAWING)
    assert await two.claim(DRAWING, "5") == 0


async def test_a_cancelled_message_is_not_sent(pair: list[Senders]) -> None:
    one, two = pair
    assert await two.claim(TAKEN_OFF, "6") == 0
    assert await one.claim(DRAWING, "5") is None


async def test_the_other_worker_sends_if_one_dies(
    pair: list[Senders], registries: list[WorkerRegistry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "GRACE", -1.0)  # no time has to pass
    one, two = pair
    await one.claim(DRAWING, "5")
    assert await two.claim(DRAWING, "5") != 0
    await registries[0].close(within=1)
    assert await two.claim(DRAWING, "5") == 0
    # The first worker was not dead but suspended, and asks again.
    assert await one.claim(DRAWING, "5") != 0


async def test_no_worker_sends_while_redis_is_away(redis: Redis, pair: list[Senders]) -> None:
    await redis.config_set("maxmemory", 1)
    assert await pair[0].claim(DRAWING, "5") == senders.RETRY_PAUSE
    await redis.config_set("maxmemory", 0)
    assert await pair[0].claim(DRAWING, "5") == 0
