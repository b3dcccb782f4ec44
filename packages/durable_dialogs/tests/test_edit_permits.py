"""Edit permits: which of several workers may draw on a message."""

from typing import Any

import pytest
from aiogram.types import Chat, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from typing_extensions import override

from durable_dialogs.drawing import edit_permits
from durable_dialogs.drawing.edit_permits import TOLERANCE, EditPermits
from durable_dialogs.drawing.pending_edit import PendingEdit
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.outcome import INLINE_TARGET, Drawing
from durable_dialogs.token_bucket import TokenBucket
from durable_dialogs.workers.registry import WorkerRegistry
from durable_support.clock import Clock

ANN, MESSAGE = 7, 42
KEYS = BotKeys(1, "tally")
CHAT = KEYS.chat(ANN)
COUNTER = CHAT.record("counter")
WORKERS = 3


class Server(Batch):
    """A connection to a server whose clock can be set, and that may be slow or away."""

    def __init__(self, redis: Redis, clock: Clock) -> None:
        super().__init__(redis)
        self.ahead, self.slowness, self.is_away = 1e9, 0.0, False
        self._clock = clock

    @override
    async def run(self, *arguments: Any, **options: Any) -> Any:
        if self.is_away:
            raise RedisConnectionError("away")
        answer = await super().run(*arguments, **options)
        told = self._clock.now + self.ahead
        self._clock.now += self.slowness
        # The scripts return the server's time last.
        return answer and [*answer[:-1], b"%.6f" % told]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give a clock that goes on only when the test says so."""
    own = Clock()
    monkeypatch.setattr(edit_permits, "time", own)
    return own


@pytest.fixture
def server(redis: Redis, clock: Clock) -> Server:
    return Server(redis, clock)


@pytest.fixture
def permits(redis: Redis, server: Server) -> EditPermits:
    """Give the permits of one of several workers."""
    workers = WorkerRegistry(redis, server, KEYS)
    workers.size = WORKERS
    return EditPermits(redis, server, KEYS, workers)


def window(*buttons: str, record: str = COUNTER, chat_id: int | str = ANN) -> Drawing:
    """Make a drawing of a window with buttons that have these texts."""
    row = [InlineKeyboardButton(text=text, callback_data=text) for text in buttons]
    content = NewMessage(
        chat=Chat(id=ANN, type="private"),
        thread_id=None,
        business_connection_id=None,
        text="Specify the number: 1",
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]),
    )
    return Drawing(record, chat_id, content, MESSAGE)


async def take(
    permits: EditPermits,
    drawing: Drawing,
    version: str,
    target: int = MESSAGE,
    *,
    may_skip: bool = True,
) -> float | None:
    """Ask for a permit in a chat where this worker has drawn nothing lately."""
    edit, bucket = PendingEdit(drawing, version), TokenBucket(burst=4, rate=1)
    return await permits.take(edit, target, bucket, changes=False, may_skip=may_skip)


async def test_an_older_window_is_skipped_for_the_worker_with_the_latest(
    permits: EditPermits, redis: Redis
) -> None:
    assert await take(permits, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("+1"), "2") is None
    assert await take(permits, window("+1"), "3") == 0
    assert await take(permits, window("+1"), "2") is None


async def test_a_window_that_keeps_changing_is_still_drawn(
    permits: EditPermits, redis: Redis
) -> None:
    assert await take(permits, window("+1"), "1") == 0
    given = []
    for version in range(2, 8):
        await redis.hset(COUNTER, mapping={"version": str(version + 1), "message": MESSAGE})
        given.append(await take(permits, window("+1"), str(version)))
    assert given == [None, None, 0, None, None, 0]


@pytest.mark.parametrize("message", [MESSAGE + 1, -5, ""])
async def test_a_window_whose_record_has_another_message_now_is_still_drawn(
    permits: EditPermits, redis: Redis, message: int | str
) -> None:
    assert await take(permits, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": message})
    assert await take(permits, window("+1"), "2") == 0


async def test_the_first_drawing_of_a_message_is_not_skipped(
    permits: EditPermits, redis: Redis
) -> None:
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("+1"), "2") == 0


async def test_new_buttons_are_not_skipped(permits: EditPermits, redis: Redis) -> None:
    assert await take(permits, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("+1", "Confirm"), "2") == 0


async def test_a_later_window_stays_whatever_its_buttons(permits: EditPermits) -> None:
    assert await take(permits, window("+1"), "1") == 0
    assert await take(permits, window("Closed"), "3") == 0
    assert await take(permits, window("+1"), "2") is None


async def test_a_window_that_took_over_the_message_stays(
    permits: EditPermits, redis: Redis
) -> None:
    await redis.hset(COUNTER, mapping={"version": "1", "message": MESSAGE})
    assert await take(permits, window("+1"), "1") == 0
    # One commit closes the counter and opens the menu in its place.
    await redis.hset(COUNTER, mapping={"version": "3", "message": ""})
    menu = CHAT.record("menu")
    await redis.hset(menu, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("Counters", record=menu), "3") == 0
    assert await take(permits, window("+1"), "2") is None


async def test_a_stored_window_is_drawn_although_another_record_is_newer_by_another_clock(
    permits: EditPermits, redis: Redis
) -> None:
    assert await take(permits, window("+1"), "3") == 0
    menu = CHAT.record("menu")
    await redis.hset(menu, mapping={"version": "2", "message": MESSAGE})
    assert await take(permits, window("Counters", record=menu), "2") == 0


async def test_an_older_window_of_an_inline_message_is_skipped_too(
    permits: EditPermits, redis: Redis
) -> None:
    record = KEYS.chat("inline-1").record("inline")
    inline = window("+1", record=record, chat_id="inline-1")
    assert await take(permits, inline, "1", INLINE_TARGET) == 0
    await redis.hset(record, mapping={"version": "3"})
    assert await take(permits, inline, "2", INLINE_TARGET) is None
    assert await take(permits, inline, "3", INLINE_TARGET) == 0


async def test_a_permit_of_an_older_version_of_the_bot_counts(
    permits: EditPermits, redis: Redis
) -> None:
    assert await take(permits, window("+1"), "1") == 0
    await redis.hdel(CHAT.drawn(MESSAGE), "passed")
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("+1"), "2") is None


async def test_an_edit_that_an_answer_promised_is_not_skipped(
    permits: EditPermits, redis: Redis
) -> None:
    assert await take(permits, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(permits, window("+1"), "2", may_skip=False) == 0


async def is_by_same_clock(permits: EditPermits) -> bool:
    """Tell whether the last permit counts as given by the clock of this worker's own permit."""
    permit = await permits.last(ANN, MESSAGE)
    assert permit
    return permit.is_by_same_clock


async def test_a_clock_that_kept_in_step_since_the_own_permit_is_the_same(
    permits: EditPermits, server: Server, clock: Clock
) -> None:
    await take(permits, window("+1"), "1")
    clock.now += 3
    server.ahead += TOLERANCE / 2
    assert await is_by_same_clock(permits)


@pytest.mark.parametrize("step", [-10, -2 * TOLERANCE, 2 * TOLERANCE, 10])
async def test_a_clock_that_was_set_or_is_another_servers_is_not_the_same(
    permits: EditPermits, server: Server, clock: Clock, step: float
) -> None:
    await take(permits, window("+1"), "1")
    clock.now += 3
    server.ahead += step
    assert not await is_by_same_clock(permits)
    await take(permits, window("+1"), "2")
    assert await is_by_same_clock(permits)


@pytest.mark.parametrize("slow", ["permit", "question"])
async def test_a_slow_answer_does_not_prove_the_same_clock(
    permits: EditPermits, server: Server, slow: str
) -> None:
    await take(permits, window("+1"), "1")
    server.slowness = 2 * TOLERANCE if slow == "permit" else 0.0
    await take(permits, window("+1"), "2")
    server.slowness = 2 * TOLERANCE if slow == "question" else 0.0
    assert not await is_by_same_clock(permits)


async def test_only_a_permit_that_was_given_proves_the_same_clock(
    permits: EditPermits, server: Server
) -> None:
    await take(permits, window("+1"), "2")
    server.ahead -= 10
    assert await take(permits, window("+1"), "1") is None
    assert not await is_by_same_clock(permits)


async def test_a_worker_without_a_permit_knows_no_clock(
    permits: EditPermits, redis: Redis, server: Server
) -> None:
    workers = WorkerRegistry(redis, server, KEYS)
    workers.size = WORKERS
    await take(EditPermits(redis, server, KEYS, workers), window("+1"), "1")
    assert not await is_by_same_clock(permits)


async def test_a_worker_draws_at_its_own_rate_while_redis_is_away(
    permits: EditPermits, server: Server
) -> None:
    server.is_away = True
    assert await take(permits, window("+1"), "1") == 0
    assert await permits.last(ANN, MESSAGE) is None
