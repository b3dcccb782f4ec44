"""The fair queue: each person's items in order, a few at a time, and people in turn."""

import asyncio
from functools import partial

import orjson
import pytest

from durable_dialogs.delivery import fair_queue
from durable_dialogs.delivery.fair_queue import AT_A_TIME, FairQueue
from durable_dialogs.telegram.raw_updates import RawUpdate, sender_of
from durable_dialogs.token_bucket import TokenBucket

START = 60.0
"""Seconds that a step may take on a busy machine."""
FELIX, CLARA = 1, 2


class Server:
    """Serves items, and records which have begun and ended.

    Attributes:
        may_end: Lets items end.
        begun: The items that have begun, in order.
        ended: The items that have ended, in order.
        most: The largest number of items under way at the same time.
    """

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.begun, self.ended, self.most = list[str](), list[str](), 0

    async def serve(self, item: str) -> None:
        """Serve an item."""
        self.begun.append(item)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        await self.may_end.wait()
        self.ended.append(item)

    async def until_begun(self, number: int) -> None:
        """Wait until so many items have begun."""
        async with asyncio.timeout(START):
            while len(self.begun) < number:
                await asyncio.sleep(0.001)


async def test_an_item_waits_only_behind_items_of_the_same_person() -> None:
    server = Server()
    queue = FairQueue(server.serve)
    items = [f"felix {number}" for number in range(3 * AT_A_TIME)]
    for item in items:
        queue.put(FELIX, item)
    queue.put(CLARA, "clara")
    await server.until_begun(AT_A_TIME + 1)
    assert server.begun == [*items[:AT_A_TIME], "clara"]
    server.may_end.set()
    await queue.close(within=START)
    assert [item for item in server.ended if item != "clara"] == items
    assert server.most == AT_A_TIME + 1


async def test_if_many_people_wait_they_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "AT_ONCE", 1)
    server = Server()
    queue = FairQueue(server.serve)
    for number in range(3):
        queue.put(FELIX, f"felix {number}")
    queue.put(CLARA, "clara")
    queue.put(None, "nobody")
    server.may_end.set()
    await queue.close(within=START)
    assert server.begun == ["felix 0", "felix 1", "clara", "nobody", "felix 2"]
    assert server.most == 1


async def test_items_beyond_the_burst_begin_at_a_steady_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bucket = partial(TokenBucket, burst=3, rate=20)
    monkeypatch.setattr(fair_queue, "PERSON_BUCKET", bucket)
    server = Server()
    server.may_end.set()
    queue = FairQueue(server.serve)
    now = asyncio.get_running_loop().time
    begin = now()
    for number in range(7):
        queue.put(FELIX, str(number))
    await queue.close(within=START)
    assert server.ended == [str(number) for number in range(7)]
    assert now() - begin >= 4 / 20 - 0.01


async def test_closing_waits_for_items_under_way_and_then_begins_no_more() -> None:
    server = Server()
    queue = FairQueue(server.serve)
    for number in range(2 * AT_A_TIME):
        queue.put(FELIX, str(number))
    await server.until_begun(AT_A_TIME)
    await queue.close(within=0.05)
    queue.put(CLARA, "clara")
    await asyncio.sleep(0)
    assert len(server.begun) == AT_A_TIME
    assert server.ended == []


@pytest.mark.parametrize(
    ("update", "sender"),
    [
        ({"update_id": 5, "message": {"from": {"id": 7}}}, 7),
        ({"update_id": 5, "message": {"from": {"id": 7}, "sender_chat": {"id": -8}}}, -8),
        ({"update_id": 5, "callback_query": {"from": {"id": 7}, "message": {}}}, 7),
        ({"update_id": 5, "message": {"from": None}}, None),
        ({"update_id": 5, "message": {"from": {"id": "7"}}}, None),
        ({"update_id": 5, "message": "tea"}, None),
        ({"update_id": 5}, None),
    ],
)
def test_the_sender_is_read_from_an_update_unless_the_update_is_odd(
    update: dict[str, object], sender: int | None
) -> None:
    assert sender_of(RawUpdate(5, orjson.dumps(update))) == sender
