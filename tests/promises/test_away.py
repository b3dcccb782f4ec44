"""Redis or the database is away: a press is refused with "Try again", or it counts once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from telegram_playground import Answer, Message, Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support.presses import (
    AGAIN,
    ENDED,
    PATIENCE,
    SAVED_LATER,
    SILENT,
    begin_presses,
    counted,
    spring,
)
from tests.support.proxy import COMMIT, Mishap, Proxy, redis_by_proxy
from tests.support.tally import Tally

LOAD = b"$6\r\nintent\r\n"
"""Bytes that each command that loads a record contains."""


@pytest.fixture(scope="module")
async def redis(proxy: Proxy) -> AsyncIterator[Redis]:
    """Give a connection to that Redis which does not go through the proxy."""
    async with Redis.from_url(proxy.origin) as connection:
        yield connection


@pytest.fixture(scope="module")
async def remote(
    module_playground: Playground, proxy: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a running bot whose Redis is behind the proxy."""
    data = tmp_path_factory.mktemp("remote") / "data"
    async with Tally.on(module_playground, data, REDIS_URL=proxy.url).running() as bot:
        yield bot
        assert await bot.stop() == 0


@pytest.fixture
async def ann(module_playground: Playground, remote: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await module_playground.person("Ann", language_code="en")


async def goes_on_from(person: Person, counter: Message, value: int) -> None:
    """Tap +1, and see that the message shows the value after `value`."""
    await person.press(counter, "+1", timeout=PATIENCE)
    text = f"Specify the number: {value + 1}"
    await person.until(counter, lambda message: (message.text or "").endswith(text))


async def test_while_redis_is_away_nothing_is_fetched_and_no_update_is_lost(
    module_playground: Playground, proxy: Proxy, ann: Person
) -> None:
    counter = await open_counter(ann)
    async with proxy.off():
        assert await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN
        # The bot has acknowledged the press, so it can't count later.
        await module_playground.until_pending(0)
        fetches = len(await module_playground.calls("getUpdates"))
        presses = begin_presses(ann, counter, "+1", 20)
        await module_playground.until_pending(20)
        assert await ann.press(counter, "+1", timeout=2) is None
        assert await module_playground.pending() == 21
        assert len(await module_playground.calls("getUpdates")) == fetches
    assert await counted(presses) == 20
    await goes_on_from(ann, counter, 21)


@pytest.mark.usefixtures("remote")
@pytest.mark.parametrize("reset", [False, True])
async def test_a_press_counts_after_redis_closed_idle_connections(
    module_playground: Playground, proxy: Proxy, *, reset: bool
) -> None:
    people = [await module_playground.person(f"Person {number}") for number in range(10)]
    counters = [await open_counter(person) for person in people]
    for value in (1, 2):
        # All at once, so that several connections are open.
        presses = zip(people, counters, strict=True)
        answers = await asyncio.gather(*(person.press(at, "+1") for person, at in presses))
        # The answer tells the value if a stall of the machine delays the edit.
        assert set(answers) <= {SILENT, Answer(f"Specify the number: {value}")}
        for person, counter in zip(people, counters, strict=True):
            await person.until(counter, text=f"Specify the number: {value}")
        async with proxy.off(reset=reset):
            pass


async def test_presses_count_once_while_redis_goes_away_and_comes_back(
    remote: Tally, proxy: Proxy, ann: Person
) -> None:
    counter = await open_counter(ann)
    presses = begin_presses(ann, counter, "+1", 50)
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    async with proxy.off(), remote.logging("inbox_unreachable"):
        presses += begin_presses(ann, counter, "+1", 10)
    await goes_on_from(ann, counter, await counted(presses))


async def test_presses_by_webhook_count_once_while_redis_goes_away_and_comes_back(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    by_webhook(own_tally)
    async with redis_by_proxy(tmp_path / "redis") as proxy:
        own_tally.settings["REDIS_URL"] = proxy.url
        await own_tally.start()
        await own_tally.until_logged("webhook_set")
        ann, boris = [await own_playground.person(name) for name in ("Ann", "Boris")]
        mine, his = await open_counter(ann), await open_counter(boris)
        trap = proxy.trap(Mishap.LOSE_ANSWER, COMMIT)
        presses = begin_presses(ann, mine, "+1", 20)
        await spring(trap)
        async with proxy.off():
            assert await boris.press(his, "+1", timeout=PATIENCE) == AGAIN
            presses += begin_presses(ann, mine, "+1", 10)
        await goes_on_from(ann, mine, await counted(presses))
        await goes_on_from(boris, his, 0)
        assert await own_tally.stop() == 0


async def test_presses_count_once_if_redis_hangs_longer_than_the_bot_waits(
    remote: Tally, redis: Redis, ann: Person
) -> None:
    counter = await open_counter(ann)
    process = (await redis.info("server"))["process_id"]
    presses = begin_presses(ann, counter, "+1", 30)
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    os.kill(process, signal.SIGSTOP)
    try:
        async with remote.logging("commit_unclear", "update_not_counted", "inbox_unreachable"):
            presses += begin_presses(ann, counter, "+1", 3)
    finally:
        os.kill(process, signal.SIGCONT)
    await goes_on_from(ann, counter, await counted(presses))


async def test_presses_count_once_if_valkey_is_killed_and_starts_with_its_data(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    presses = begin_presses(ann, counter, "+1", 50)
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    await own_tally.kill_valkey()
    presses += begin_presses(ann, counter, "+1", 10)
    await goes_on_from(ann, counter, await counted(presses))


@pytest.mark.parametrize("mishap", Mishap)
async def test_a_tap_counts_once_if_its_commit_is_lost_or_delayed(
    proxy: Proxy, ann: Person, mishap: Mishap
) -> None:
    counter = await open_counter(ann)
    trap = proxy.trap(mishap, COMMIT)
    assert await ann.press(counter, "+1", timeout=PATIENCE) == SILENT
    await spring(trap)
    await goes_on_from(ann, counter, 1)


@pytest.mark.parametrize("mishap", Mishap)
async def test_a_counter_opens_once_if_its_commit_is_lost_or_delayed(
    proxy: Proxy, ann: Person, mishap: Mishap
) -> None:
    trap = proxy.trap(mishap, COMMIT)
    await ann.send("/numbers tea")
    counter = await ann.receive(timeout=PATIENCE)
    assert counter.text == "tea\nSpecify the number: 0"
    await spring(trap)
    await goes_on_from(ann, counter, 0)
    assert len(await ann.messages()) == 2


@pytest.mark.parametrize("mishap", Mishap)
async def test_a_total_is_one_row_if_its_commit_is_lost_or_delayed(
    remote: Tally, proxy: Proxy, ann: Person, mishap: Mishap
) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    trap = proxy.trap(mishap, COMMIT)
    assert await ann.press(counter, "Confirm", timeout=PATIENCE) in {SILENT, SAVED_LATER}
    await spring(trap)
    await ann.until(counter, text="Total: 1")
    await remote.until_totals(ann, 1)
    assert await ann.press(counter, data=counter.button("Confirm").callback_data) == ENDED
    assert [row["value"] for row in remote.totals(ann)] == [1]


async def test_an_update_does_not_count_if_redis_fails_before_the_commit(
    remote: Tally, proxy: Proxy, ann: Person
) -> None:
    announcement = b":outbox "
    for label, command in (("+1", LOAD), ("Confirm", LOAD), ("Confirm", announcement)):
        counter = await open_counter(ann)
        await ann.press(counter, "+1")
        async with remote.redis() as redis:
            for key in await redis.keys("tally:*:stack:*"):
                # As if another worker had changed it, so that the press loads it.
                await redis.hincrby(key, "version", 1)
        trap = proxy.trap(Mishap.LOSE_ANSWER, command)
        answer = await ann.press(counter, label, timeout=PATIENCE)
        await spring(trap)
        if answer == AGAIN:  # Otherwise the machine was slow: the inbox had the press and did it.
            answer = await ann.press(counter, label, timeout=PATIENCE)
        assert answer is not None
        await ann.until(counter, text="Specify the number: 2" if label == "+1" else "Total: 1")
    assert [row["value"] for row in await remote.until_totals(ann, 2)] == [1, 1]


async def test_a_press_is_not_refused_if_redis_may_have_its_entry_of_the_inbox(
    remote: Tally, proxy: Proxy, ann: Person
) -> None:
    counter = await open_counter(ann)
    load = proxy.trap(Mishap.HOLD, LOAD)
    entry = proxy.trap(
        Mishap.LOSE_ANSWER, f"HSET\r\n${len(remote.inbox)}\r\n{remote.inbox}".encode()
    )
    press = asyncio.create_task(ann.press(counter, "+1", timeout=PATIENCE))
    await asyncio.wait_for(entry.sprung.wait(), PATIENCE)
    async with proxy.off(), remote.logging("inbox_unreachable"):
        load.released.set()
    assert await press != AGAIN
    await goes_on_from(ann, counter, 1)


@pytest.mark.parametrize("commands", [COMMIT, b""])
@pytest.mark.parametrize(
    "refusal",
    [
        "MISCONF Errors writing to the AOF file: No space left",
        "BUSY Redis is running a script",
        "NOPERM User tally has no permissions to run the 'evalsha' command",
        "LOADING Redis is loading the dataset in memory",
        "NOAUTH Authentication required.",
        "READONLY You can't write against a read only replica.",
        "MASTERDOWN Link with MASTER is down",
        "UNHEARD of by this version",
    ],
)
async def test_redis_counts_as_away_after_each_error_that_means_nothing_was_written(
    proxy: Proxy, ann: Person, commands: bytes, refusal: str
) -> None:
    counter = await open_counter(ann)
    with proxy.refusing(commands, refusal):
        assert await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN
    await goes_on_from(ann, counter, 0)


@pytest.mark.parametrize("setting", ["maxmemory", "min-replicas-to-write"])
async def test_a_redis_that_refuses_writes_counts_as_away(
    redis: Redis, ann: Person, setting: str
) -> None:
    counter = await open_counter(ann)
    await redis.config_set(setting, 1)
    try:
        for _ in range(3):
            assert await ann.press(counter, "+1", timeout=PATIENCE) == AGAIN
        await ann.send("/numbers")
        assert (await ann.receive(timeout=PATIENCE)).text == AGAIN.text
    finally:
        await redis.config_set(setting, 0)
    await goes_on_from(ann, counter, 0)


def totals_moved_away(tally: Tally) -> AbstractAsyncContextManager[None]:
    """Rename the table of totals during the block, so that it can't be written."""
    return tally.moved_away("totals")


@pytest.mark.parametrize("away", [Tally.locked_database, totals_moved_away])
async def test_a_total_confirmed_while_the_database_is_away_is_saved_later(
    remote: Tally, ann: Person, away: Callable[[Tally], AbstractAsyncContextManager[None]]
) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    async with away(remote):
        answers = await asyncio.gather(*begin_presses(ann, counter, "Confirm", 5))
        assert sorted(answers, key=str) == sorted([SAVED_LATER, *[ENDED] * 4], key=str)
        async with remote.logging("delivery_failed"):
            await ann.until(counter, text="Total: 1")
    await remote.until_totals(ann, 1)
    assert await ann.press(counter, data=counter.button("Confirm").callback_data) == ENDED
    assert [row["value"] for row in remote.totals(ann)] == [1]
