"""Whose turn it is to draw on a message that several workers share."""

from typing import Any

import pytest
from aiogram.types import Chat, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from typing_extensions import override

from durable_dialogs.drawing import edit_permits
from durable_dialogs.drawing.edit_permits import STEADY, EditPermits
from durable_dialogs.drawing.worker_registry import WorkerRegistry
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import ChatKeys
from durable_dialogs.state.outcome import INLINE_TARGET, Drawing
from durable_dialogs.token_bucket import TokenBucket
from durable_support.clock import Clock

BOT, ANN, MESSAGE = 1, 7, 42
CHAT = ChatKeys(BOT, ANN)
COUNTER = CHAT.record("counter")
WORKERS = 3


class Server(Batch):
    """A connection to a server whose clock can be set, and that may be slow, or away."""

    def __init__(self, redis: Redis, passing: Clock) -> None:
        super().__init__(redis)
        self.ahead, self.slowness, self.is_away = 1e9, 0.0, False
        self._passing = passing

    @override
    async def run(self, *arguments: Any, **options: Any) -> Any:
        if self.is_away:
            raise RedisConnectionError("away")
        answer = await super().run(*arguments, **options)
        told = self._passing.now + self.ahead
        self._passing.now += self.slowness
        # The time comes last in what the scripts of turns tell.
        return answer and [*answer[:-1], b"%.6f" % told]


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the time that passes only where the test says so."""
    own = Clock()
    monkeypatch.setattr(edit_permits, "time", own)
    return own


@pytest.fixture
def server(redis: Redis, passing: Clock) -> Server:
    return Server(redis, passing)


@pytest.fixture
def turns(redis: Redis, server: Server) -> EditPermits:
    """Give the turns of a worker that shares the bot with others."""
    crew = WorkerRegistry(redis, server, BOT)
    crew.size = WORKERS
    return EditPermits(redis, server, BOT, crew)


def window(*buttons: str, record: str = COUNTER, chat_id: int | str = ANN) -> Drawing:
    """Make a window with such buttons."""
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
    turns: EditPermits,
    drawing: Drawing,
    version: str,
    target: int = MESSAGE,
    *,
    may_pass: bool = True,
) -> float | None:
    """Ask for the turn in a chat that this worker has drawn nothing in lately."""
    pace = TokenBucket(burst=4, rate=1)
    return await turns.take(drawing, target, version, pace, changes=False, may_pass=may_pass)


async def test_an_older_window_is_left_to_whoever_has_the_latest(
    turns: EditPermits, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") is None
    assert await take(turns, window("+1"), "3") == 0
    assert await take(turns, window("+1"), "2") is None


async def test_a_window_that_is_changed_all_the_time_is_drawn_all_the_same(
    turns: EditPermits, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    given = []
    for version in range(2, 8):
        await redis.hset(COUNTER, mapping={"version": str(version + 1), "message": MESSAGE})
        given.append(await take(turns, window("+1"), str(version)))
    assert given == [None, None, 0, None, None, 0]


@pytest.mark.parametrize("message", [MESSAGE + 1, -5, ""])
async def test_a_window_that_has_gone_on_to_another_message_is_drawn_as_it_was(
    turns: EditPermits, redis: Redis, message: int | str
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": message})
    assert await take(turns, window("+1"), "2") == 0


async def test_what_is_drawn_for_the_first_time_is_left_to_nobody(
    turns: EditPermits, redis: Redis
) -> None:
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") == 0


async def test_other_buttons_wait_for_nobody(turns: EditPermits, redis: Redis) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1", "Confirm"), "2") == 0


async def test_what_has_become_of_a_window_stays_whatever_its_buttons(turns: EditPermits) -> None:
    assert await take(turns, window("+1"), "1") == 0
    assert await take(turns, window("Closed"), "3") == 0
    assert await take(turns, window("+1"), "2") is None


async def test_what_a_message_was_handed_on_to_stays(turns: EditPermits, redis: Redis) -> None:
    await redis.hset(COUNTER, mapping={"version": "1", "message": MESSAGE})
    assert await take(turns, window("+1"), "1") == 0
    # One commit closes the counter and opens the menu in its place.
    await redis.hset(COUNTER, mapping={"version": "3", "message": ""})
    menu = CHAT.record("menu")
    await redis.hset(menu, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("Counters", record=menu), "3") == 0
    assert await take(turns, window("+1"), "2") is None


async def test_what_stands_is_drawn_though_another_record_is_newer_by_another_clock(
    turns: EditPermits, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "3") == 0
    menu = CHAT.record("menu")
    await redis.hset(menu, mapping={"version": "2", "message": MESSAGE})
    assert await take(turns, window("Counters", record=menu), "2") == 0


async def test_an_inline_message_is_left_to_whoever_has_the_latest_too(
    turns: EditPermits, redis: Redis
) -> None:
    record = ChatKeys(BOT, "inline-1").record("inline")
    inline = window("+1", record=record, chat_id="inline-1")
    assert await take(turns, inline, "1", INLINE_TARGET) == 0
    await redis.hset(record, mapping={"version": "3"})
    assert await take(turns, inline, "2", INLINE_TARGET) is None
    assert await take(turns, inline, "3", INLINE_TARGET) == 0


async def test_what_an_older_version_of_the_bot_has_drawn_counts(
    turns: EditPermits, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hdel(CHAT.drawn(MESSAGE), "passed")
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") is None


async def test_what_somebody_was_promised_is_left_to_nobody(
    turns: EditPermits, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2", may_pass=False) == 0


async def is_by_same_clock(turns: EditPermits) -> bool:
    turn = await turns.last(ANN, MESSAGE)
    assert turn
    return turn.is_by_same_clock


async def test_a_clock_that_has_gone_on_since_the_own_turn_is_the_same(
    turns: EditPermits, server: Server, passing: Clock
) -> None:
    await take(turns, window("+1"), "1")
    passing.now += 3
    server.ahead += STEADY / 2
    assert await is_by_same_clock(turns)


@pytest.mark.parametrize("step", [-10, -2 * STEADY, 2 * STEADY, 10])
async def test_a_clock_that_was_set_or_is_anothers_is_not_the_same(
    turns: EditPermits, server: Server, passing: Clock, step: float
) -> None:
    await take(turns, window("+1"), "1")
    passing.now += 3
    server.ahead += step
    assert not await is_by_same_clock(turns)
    await take(turns, window("+1"), "2")
    assert await is_by_same_clock(turns)


@pytest.mark.parametrize("slow", ["turn", "question"])
async def test_what_is_told_slowly_proves_nothing(
    turns: EditPermits, server: Server, slow: str
) -> None:
    await take(turns, window("+1"), "1")
    server.slowness = 2 * STEADY if slow == "turn" else 0.0
    await take(turns, window("+1"), "2")
    server.slowness = 2 * STEADY if slow == "question" else 0.0
    assert not await is_by_same_clock(turns)


async def test_only_a_turn_that_was_given_proves_anything(
    turns: EditPermits, server: Server
) -> None:
    await take(turns, window("+1"), "2")
    server.ahead -= 10
    assert await take(turns, window("+1"), "1") is None
    assert not await is_by_same_clock(turns)


async def test_who_has_had_no_turn_knows_of_no_clock(
    turns: EditPermits, redis: Redis, server: Server
) -> None:
    crew = WorkerRegistry(redis, server, BOT)
    crew.size = WORKERS
    await take(EditPermits(redis, server, BOT, crew), window("+1"), "1")
    assert not await is_by_same_clock(turns)


async def test_where_redis_is_away_each_draws_at_its_own_pace(
    turns: EditPermits, server: Server
) -> None:
    server.is_away = True
    assert await take(turns, window("+1"), "1") == 0
    assert await turns.last(ANN, MESSAGE) is None
