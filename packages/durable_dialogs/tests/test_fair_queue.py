"""Who is served next: each person's updates in order, a few at a time, and people in turn."""

import asyncio
from functools import partial

import orjson
import pytest

from durable_dialogs.delivery import fair_queue
from durable_dialogs.delivery.fair_queue import AT_A_TIME, FairQueue
from durable_dialogs.telegram.raw_updates import RawUpdate, sender_of
from durable_dialogs.token_bucket import TokenBucket

START = 60.0
"""Seconds that anything may take on a busy machine."""
FELIX, CLARA = 1, 2


class Counter:
    """Serves what comes, once it may, and notes what has begun and ended.

    Attributes:
        may_end: Whether anything ends.
        begun: What has begun, in order.
        ended: What has ended, in order.
        most: How many were under way at the same time.
    """

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.begun, self.ended, self.most = list[str](), list[str](), 0

    async def serve(self, item: str) -> None:
        """Serve one."""
        self.begun.append(item)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        await self.may_end.wait()
        self.ended.append(item)

    async def until_begun(self, number: int) -> None:
        """Wait until so many have begun."""
        async with asyncio.timeout(START):
            while len(self.begun) < number:
                await asyncio.sleep(0.001)


async def test_one_persons_wait_behind_each_other_and_nobody_else_does() -> None:
    counter = Counter()
    queue = FairQueue(counter.serve)
    items = [f"felix {number}" for number in range(3 * AT_A_TIME)]
    for item in items:
        queue.put(FELIX, item)
    queue.put(CLARA, "clara")
    await counter.until_begun(AT_A_TIME + 1)
    assert counter.begun == [*items[:AT_A_TIME], "clara"]
    counter.may_end.set()
    await queue.close(within=START)
    assert [item for item in counter.ended if item != "clara"] == items
    assert counter.most == AT_A_TIME + 1


async def test_where_many_wait_people_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "AT_ONCE", 1)
    counter = Counter()
    queue = FairQueue(counter.serve)
    for number in range(3):
        queue.put(FELIX, f"felix {number}")
    queue.put(CLARA, "clara")
    queue.put(None, "nobody")
    counter.may_end.set()
    await queue.close(within=START)
    assert counter.begun == ["felix 0", "felix 1", "clara", "nobody", "felix 2"]
    assert counter.most == 1


async def test_what_is_more_than_a_person_can_tap_begins_at_a_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pace = partial(TokenBucket, burst=3, rate=20)
    monkeypatch.setattr(fair_queue, "PERSON_BUCKET", pace)
    counter = Counter()
    counter.may_end.set()
    queue = FairQueue(counter.serve)
    now = asyncio.get_running_loop().time
    begin = now()
    for number in range(7):
        queue.put(FELIX, str(number))
    await queue.close(within=START)
    assert counter.ended == [str(number) for number in range(7)]
    assert now() - begin >= 4 / 20 - 0.01


async def test_a_stop_waits_for_what_is_under_way_and_begins_no_more_after_that() -> None:
    counter = Counter()
    queue = FairQueue(counter.serve)
    for number in range(2 * AT_A_TIME):
        queue.put(FELIX, str(number))
    await counter.until_begun(AT_A_TIME)
    await queue.close(within=0.05)
    queue.put(CLARA, "clara")
    await asyncio.sleep(0)
    assert len(counter.begun) == AT_A_TIME
    assert counter.ended == []


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
def test_who_sends_an_update_is_read_off_it_unless_it_is_odd(
    update: dict[str, object], sender: int | None
) -> None:
    assert sender_of(RawUpdate(5, orjson.dumps(update))) == sender
