"""Whose turn it is to draw on a message that several workers share."""

import pytest
from aiogram.types import Chat, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis

from fsm.batch import Batch
from fsm.crew import Crew
from fsm.keys import ChatKeys
from fsm.outcome import INLINE_TARGET, Drawing
from fsm.pace import Pace
from fsm.turns import Turns

BOT, ANN, MESSAGE = 1, 7, 42
CHAT = ChatKeys(BOT, ANN)
COUNTER = CHAT.record("counter")
WORKERS = 3


@pytest.fixture
def turns(redis: Redis) -> Turns:
    """Give the turns of a worker that shares the bot with others."""
    batch = Batch(redis)
    crew = Crew(redis, batch, BOT)
    crew.size = WORKERS
    return Turns(redis, batch, BOT, crew)


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


async def take(turns: Turns, drawing: Drawing, version: str, target: int = MESSAGE) -> float | None:
    """Ask for the turn in a chat that has drawn nothing lately."""
    return await turns.take(drawing, target, version, Pace(burst=4, rate=1), changes=False)


async def test_an_older_window_is_left_to_whoever_has_the_latest(
    turns: Turns, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") is None
    assert await take(turns, window("+1"), "3") == 0
    assert await take(turns, window("+1"), "2") is None


async def test_a_window_that_is_changed_all_the_time_is_drawn_all_the_same(
    turns: Turns, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    given = []
    for version in range(2, 8):
        await redis.hset(COUNTER, mapping={"version": str(version + 1), "message": MESSAGE})
        given.append(await take(turns, window("+1"), str(version)))
    assert given == [None, None, 0, None, None, 0]


@pytest.mark.parametrize("message", [MESSAGE + 1, -5, ""])
async def test_a_window_that_has_gone_on_to_another_message_is_drawn_as_it_was(
    turns: Turns, redis: Redis, message: int | str
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": message})
    assert await take(turns, window("+1"), "2") == 0


async def test_what_is_drawn_for_the_first_time_is_left_to_nobody(
    turns: Turns, redis: Redis
) -> None:
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") == 0


async def test_other_buttons_wait_for_nobody(turns: Turns, redis: Redis) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1", "Confirm"), "2") == 0


async def test_an_inline_message_is_left_to_whoever_has_the_latest_too(
    turns: Turns, redis: Redis
) -> None:
    record = ChatKeys(BOT, "inline-1").record("inline")
    inline = window("+1", record=record, chat_id="inline-1")
    assert await take(turns, inline, "1", INLINE_TARGET) == 0
    await redis.hset(record, mapping={"version": "3"})
    assert await take(turns, inline, "2", INLINE_TARGET) is None
    assert await take(turns, inline, "3", INLINE_TARGET) == 0


async def test_what_an_older_version_of_the_bot_has_drawn_counts(
    turns: Turns, redis: Redis
) -> None:
    assert await take(turns, window("+1"), "1") == 0
    await redis.hdel(CHAT.drawn(MESSAGE), "passed")
    await redis.hset(COUNTER, mapping={"version": "3", "message": MESSAGE})
    assert await take(turns, window("+1"), "2") is None
