"""What is remembered of open windows: where they stand, in few bytes, and not for longer."""

from redis.asyncio import Redis

from durable_dialogs.recovery.open_windows import OpenWindows
from durable_dialogs.redis.batch import Batch
from durable_dialogs.state.keys import INLINE, ChatKeys, location_of_record
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore

BOT, ANN = 1, 7


async def opened(redis: Redis, chat: int | str, stack: str, thread: int | None = None) -> Record:
    """Open a window of Ann's."""
    keys = ChatKeys(BOT, chat)
    record = Record(keys.record(stack, thread), owner=ANN, stack={"_id": stack, "intents": []})
    assert await DialogStore(redis, Batch(redis), 60).commit(keys, [record])
    return record


async def test_windows_are_found_where_they_stand_until_they_close(redis: Redis) -> None:
    windows = OpenWindows(redis, Batch(redis), BOT, 60)
    places = [
        (await opened(redis, ANN, "m3"), Location(ANN, "private", None, ANN, "en")),
        (await opened(redis, -100, "<7>", 5), Location(-100, "supergroup", 5, ANN, "pt-br")),
        (await opened(redis, "AQ_z-", INLINE), Location(ANN, "private", None, ANN, None)),
    ]
    for record, place in places:
        # Whoever else uses it, it stays hers.
        await windows.note([record], Location(place.chat_id, place.chat_type, 1, 8, place.language))
    assert await windows.of(ANN) == {record.key: place for record, place in places}
    assert await windows.of(8) == {}
    await windows.close([places[0][0]])
    await redis.delete(places[1][0].key)
    assert list(await windows.of(ANN)) == [places[2][0].key]
    assert await redis.hlen(f"tally:{{{BOT}:{ANN}}}:windows") == 1


async def test_an_open_window_takes_few_bytes(redis: Redis) -> None:
    """Redis counts them itself: they are the same at every run."""
    windows, chat = (
        OpenWindows(redis, Batch(redis), BOT, 60),
        ChatKeys(4_200_000_000, -1001234567890),
    )
    place = Location(-1001234567890, "supergroup", None, ANN, "en")
    for number in range(100):
        await windows.note([Record(chat.record(f"m{number}"), owner=ANN)], place)
    used = await redis.memory_usage(f"tally:{{{BOT}:{ANN}}}:windows")
    assert used is not None
    assert used < 100 * 100


def test_a_record_tells_its_place() -> None:
    chat = ChatKeys(BOT, -100)
    assert location_of_record(chat.record("<7>", 5)) == ("-100", 5)
    assert location_of_record(chat.record("m3")) == ("-100", None)
