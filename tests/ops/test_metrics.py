"""Metrics change by exactly what happens."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from ops.metrics_files import FOLDER
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.promises.test_workers import press
from tests.support.presses import AGAIN, begin_presses
from tests.support.proxy import redis_by_proxy
from tests.support.tally import Tally
from tests.support.watching import scrape, until_metrics
from tests.support.workers import Workers, two_workers

IDLE = {
    "tally_drawings_waiting": 0,
    "tally_outbox_waiting": 0,
    "tally_ready redis": 1,
    "tally_ready database": 1,
    "tally_ready telegram": 1,
}
"""Metrics of an idle bot."""


@pytest.fixture
async def ann(module_playground: Playground, module_tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await module_playground.person("Ann")


@pytest.fixture
async def before(module_tally: Tally) -> Counter[str]:
    """Give the metrics of the bot when it has become idle."""
    return await until_metrics(module_tally, IDLE)


async def until_moved(
    tally: Tally, before: Counter[str], moved: Mapping[str, float]
) -> Counter[str]:
    """Wait until metrics have moved by these amounts; give all metrics."""
    return await until_metrics(tally, {name: before[name] + by for name, by in moved.items()})


async def test_a_counter_from_its_command_to_its_total(
    module_tally: Tally, ann: Person, before: Counter[str]
) -> None:
    counter = await open_counter(ann, "/numbers tea")
    for value in (1, 2, 3):
        await ann.press(counter, "+1")
        await ann.until(counter, text=f"tea\nSpecify the number: {value}")
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 3")
    expected = {
        "tally_updates_total message done": 1,
        "tally_updates_total callback_query done": 4,
        "tally_update_duration_seconds_count message": 1,
        "tally_update_duration_seconds_count callback_query": 4,
        "tally_taps_total": 3,
        "tally_totals_total numbers": 1,
        "tally_drawings_total sent": 1,
        "tally_drawings_total edited": 4,
        "tally_drawings_waiting": 0,
        "tally_deliveries_total delivered": 1,
        "tally_outbox_waiting": 0,
    }
    now = await until_moved(module_tally, before, expected)
    by = {name: now[name] - before[name] for name in now}
    assert 0 < by["tally_update_duration_seconds_sum callback_query"] < 60
    assert by["tally_redis_duration_seconds_count"] >= 6
    assert by["tally_database_duration_seconds_count"] >= 1
    assert now["tally_database_connections"] >= 1
    assert [name for name in now if name.startswith("process_cpu_seconds_total ")]
    assert not [name for name in now if "tea" in name or str(ann.id) in name]


async def test_a_refused_press(module_tally: Tally, ann: Person, before: Counter[str]) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "Cancel")
    await ann.until(counter, text="Cancelled")
    await ann.press(counter, data=counter.button("+1").callback_data)
    expected = {
        "tally_updates_total callback_query done": 1,
        "tally_updates_total callback_query refused": 1,
        "tally_taps_total": 0,
        "tally_totals_total numbers": 0,
    }
    await until_moved(module_tally, before, expected)


async def test_a_failed_press(module_tally: Tally, ann: Person, before: Counter[str]) -> None:
    counter = await open_counter(ann)
    async with module_tally.rewritten_dialogs(f":m{counter.message_id - 1}") as records:
        # Hers, and those that other tests left under the same message id.
        for context in (each for record in records for each in record["contexts"].values()):
            del context["dialog_data"]["value"]
    await ann.press(counter, "+1")
    expected = {
        "tally_updates_total callback_query failed": 1,
        "tally_updates_redone_total failure": 2,
        "tally_taps_total": 0,
    }
    await until_moved(module_tally, before, expected)


async def test_redis_away(own_playground: Playground, own_tally: Tally, tmp_path: Path) -> None:
    async with redis_by_proxy(tmp_path / "redis") as proxy:
        own_tally.settings["REDIS_URL"] = proxy.url
        await own_tally.start()
        ann = await own_playground.person("Ann")
        counter = await open_counter(ann)
        async with proxy.off():
            assert await ann.press(counter, "+1") == AGAIN
            expected = {
                "tally_updates_total callback_query away": 1,
                "tally_ready redis": 0,
                "tally_ready telegram": 1,
                "tally_taps_total": 0,
            }
            await until_metrics(own_tally, expected)
        await own_tally.stop()


async def test_edits_that_are_merged(
    module_tally: Tally, ann: Person, before: Counter[str]
) -> None:
    counter = await open_counter(ann)
    await asyncio.gather(*begin_presses(ann, counter, "+1", 50))
    await ann.until(counter, text="Specify the number: 50")
    moved = {"tally_taps_total": 50, "tally_drawings_waiting": 0}
    now = await until_moved(module_tally, before, moved)
    kinds = ("tally_drawings_total edited", "tally_drawings_total merged")
    edited, merged = (now[kind] - before[kind] for kind in kinds)
    assert edited + merged == 50
    assert merged > edited


async def test_windows_that_wait_while_telegram_throttles(
    module_playground: Playground, module_tally: Tally, ann: Person, before: Counter[str]
) -> None:
    counter = await open_counter(ann)
    await module_playground.trouble("refuse", method="editMessageText", status=429, retry_after=3)
    await ann.press(counter, "+1")
    moved = {"tally_drawings_waiting": 1, "tally_telegram_failures_total throttled": 1}
    await until_moved(module_tally, before, moved)
    await module_playground.calm()
    moved = {"tally_drawings_waiting": 0, "tally_drawings_total edited": 1}
    await until_moved(module_tally, before, moved)


async def test_a_total_that_waits_for_the_database(
    module_tally: Tally, ann: Person, before: Counter[str]
) -> None:
    counter = await open_counter(ann)
    delivered, failed = "tally_deliveries_total delivered", "tally_deliveries_total failed"
    async with module_tally.moved_away("totals"):
        await ann.press(counter, "Confirm")
        moved = {"tally_outbox_waiting": 1, "tally_totals_total numbers": 1}
        now = await until_moved(module_tally, before, moved)
        assert now[failed] > before[failed]
        assert now[delivered] == before[delivered]
    await module_tally.until_totals(ann, 1)
    await until_moved(module_tally, before, {"tally_outbox_waiting": 0, delivered: 1})


@pytest.fixture
async def pair(own_playground: Playground, tmp_path: Path) -> AsyncIterator[Workers]:
    """Give two workers that write their metrics into one folder."""
    (tmp_path / "metrics").mkdir()
    settings = {FOLDER: str(tmp_path / "metrics")}
    async with two_workers(own_playground, tmp_path, **settings) as workers:
        yield workers


@pytest.mark.thorough
async def test_two_workers_answer_as_one(own_playground: Playground, pair: Workers) -> None:
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    tap = press(ann, counter, "+1")
    for worker in pair:
        await worker.post(tap)
        await worker.post(press(ann, counter, "+1"))
    await ann.until(counter, text="Specify the number: 3")
    one, two = (worker.tally for worker in pair)
    expected = {
        "tally_updates_total callback_query done": 3,
        "tally_updates_total callback_query repeated": 1,
        "tally_update_duration_seconds_count callback_query": 4,
        "tally_taps_total": 3,
        "tally_drawings_waiting": 0,
    }
    for tally in (one, two):
        connections = (await until_metrics(tally, expected))["tally_database_connections"]
    assert (await scrape(two)).count("process_cpu_seconds_total{") == 2
    await one.kill()
    now = await until_metrics(two, expected)
    assert 0 < now["tally_database_connections"] < connections
    assert (await scrape(two)).count("process_cpu_seconds_total{") == 1
