"""Open windows: Redis remembers where they are, in few bytes, until they close."""

import asyncio

import pytest
from redis.asyncio import Redis

from durable_dialogs.recovery import open_windows
from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import INLINE, BotKeys, location_of_record
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore
from durable_support.pending_redraws import SOON

ANN = 7
KEYS = BotKeys(1, "tally")


async def opened(redis: Redis, chat: int | str, stack: str, thread: int | None = None) -> Record:
    """Commit a window of Ann's; return its record."""
    keys = KEYS.chat(chat)
    record = Record(keys.record(stack, thread), owner=ANN, stack={"_id": stack, "intents": []})
    assert await DialogStore(redis, Batch(redis), KEYS, 60).commit(keys, [record])
    return record


async def test_windows_are_found_until_they_close(redis: Redis) -> None:
    windows = OpenWindows(redis, Batch(redis), KEYS, 60)
    opened_at = [
        (await opened(redis, ANN, "m3"), Location(ANN, "private", None, ANN, "en")),
        (await opened(redis, -100, "<7>", 5), Location(-100, "supergroup", 5, ANN, "pt-br")),
        (await opened(redis, "AQ_z-", INLINE), Location(ANN, "private", None, ANN, None)),
    ]
    for record, location in opened_at:
        # It stays Ann's although another person uses it.
        used = Location(location.chat_id, location.chat_type, 1, 8, location.language)
        await windows.note([record], used)
    assert await windows.of(ANN) == {record.key: location for record, location in opened_at}
    assert await windows.of(8) == {}
    await windows.close([opened_at[0][0]])
    await redis.delete(opened_at[1][0].key)
    assert list(await windows.of(ANN)) == [opened_at[2][0].key]
    assert await redis.hlen(f"{KEYS.chat(ANN).tag}:windows") == 1


async def test_a_window_that_another_worker_has_closed_meanwhile_is_noted_again(
    redis: Redis,
) -> None:
    store = DialogStore(redis, Batch(redis), KEYS, 60)
    one, two = (OpenWindows(redis, Batch(redis), KEYS, 60) for _ in range(2))
    chat, location = KEYS.chat(ANN), Location(ANN, "private", None, ANN, None)
    key = chat.record("menu")

    async def draw(windows: OpenWindows, *, has_buttons: bool) -> int:
        """Draw the menu, as a worker does; return how many windows had to be noted."""
        loaded = await store.load(chat, update_id=None, record=key)
        record = loaded.record or Record(key)
        record.owner, record.stack = ANN, {"_id": "menu", "intents": []}
        unnoted = windows.mark([record], {key: has_buttons})
        await windows.note(unnoted, location)
        assert await store.commit(chat, [record])
        if not has_buttons:
            await windows.close([record])
        return len(unnoted)

    assert await draw(one, has_buttons=True) == 1
    assert await draw(two, has_buttons=True) == 0, "a press cost a command"
    await draw(two, has_buttons=False)
    assert await one.of(ANN) == {}
    assert await draw(one, has_buttons=True) == 1
    assert list(await one.of(ANN)) == [key]


async def test_expired_windows_leave_although_the_language_never_changes(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_windows, "SETTLED", 0.0)
    windows, location = (
        OpenWindows(redis, Batch(redis), KEYS, 60),
        Location(ANN, "private", None, ANN, None),
    )
    live = await opened(redis, ANN, "live")
    await windows.note([live], location)
    for number in range(10 * open_windows.MANY):
        await windows.note([Record(KEYS.chat(ANN).record(f"m{number}"), owner=ANN)], location)
    key = f"{KEYS.chat(ANN).tag}:windows"
    async with asyncio.timeout(SOON):
        while await redis.hlen(key) > open_windows.MANY:
            await asyncio.sleep(0.02)
    assert await redis.hexists(key, live.key)


async def test_an_open_window_takes_few_bytes(redis: Redis) -> None:
    """Redis counts the bytes, so each run gives the same number."""
    windows, chat = (
        OpenWindows(redis, Batch(redis), KEYS, 60),
        BotKeys(4_200_000_000, "tally").chat(-1001234567890),
    )
    location = Location(-1001234567890, "supergroup", None, ANN, "en")
    for number in range(100):
        await windows.note([Record(chat.record(f"m{number}"), owner=ANN)], location)
    used = await redis.memory_usage(f"{KEYS.chat(ANN).tag}:windows")
    assert used is not None
    assert used < 100 * 100


def test_a_record_tells_its_chat_and_topic() -> None:
    chat = KEYS.chat(-100)
    assert location_of_record(chat.record("<7>", 5)) == ("-100", 5)
    assert location_of_record(chat.record("m3")) == ("-100", None)
