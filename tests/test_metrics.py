"""Figures move by exactly what happens."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from figures import FOLDER
from playground import Person, Playground
from tests.proxy import redis_by_proxy
from tests.tally import Tally
from tests.test_away import AGAIN, begin_presses
from tests.test_counter import open_counter
from tests.test_workers import press
from tests.watching import scrape, until_figures
from tests.workers import Workers, two_workers


@pytest.fixture
async def ann(own_playground: Playground, own_tally: Tally) -> Person:
    """Give a person of a bot that has just started."""
    await own_tally.start()
    return await own_playground.person("Ann")


async def test_a_journey(own_tally: Tally, ann: Person) -> None:
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
        "tally_ready redis": 1,
        "tally_ready database": 1,
        "tally_ready telegram": 1,
    }
    now = await until_figures(own_tally, expected)
    assert 0 < now["tally_update_duration_seconds_sum callback_query"] < 60
    assert now["tally_redis_duration_seconds_count"] >= 6
    assert now["tally_database_duration_seconds_count"] >= 1
    assert now["tally_database_connections"] >= 1
    assert [name for name in now if name.startswith("process_cpu_seconds_total ")]
    assert not [name for name in now if "tea" in name or str(ann.id) in name]


async def test_what_is_refused(own_tally: Tally, ann: Person) -> None:
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
    await until_figures(own_tally, expected)


async def test_what_goes_wrong(own_tally: Tally, ann: Person) -> None:
    counter = await open_counter(ann)
    async with own_tally.rewritten_dialogs(f":m{counter.message_id - 1}") as (record,):
        for context in record["contexts"].values():
            del context["dialog_data"]["value"]
    await ann.press(counter, "+1")
    expected = {
        "tally_updates_total callback_query failed": 1,
        "tally_updates_redone_total failure": 2,
        "tally_taps_total": 0,
    }
    await until_figures(own_tally, expected)


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
            await until_figures(own_tally, expected)
        await own_tally.stop()


async def test_edits_saved(own_tally: Tally, ann: Person) -> None:
    counter = await open_counter(ann)
    await asyncio.gather(*begin_presses(ann, counter, "+1", 50))
    await ann.until(counter, text="Specify the number: 50")
    now = await until_figures(own_tally, {"tally_taps_total": 50, "tally_drawings_waiting": 0})
    edited, merged = now["tally_drawings_total edited"], now["tally_drawings_total merged"]
    assert edited + merged == 50
    assert merged > edited


async def test_windows_that_wait_and_what_telegram_refuses(
    own_playground: Playground, own_tally: Tally, ann: Person
) -> None:
    counter = await open_counter(ann)
    await own_playground.trouble("refuse", method="editMessageText", status=429, retry_after=3)
    await ann.press(counter, "+1")
    await until_figures(
        own_tally, {"tally_drawings_waiting": 1, "tally_telegram_failures_total throttled": 1}
    )
    await own_playground.calm()
    await until_figures(own_tally, {"tally_drawings_waiting": 0, "tally_drawings_total edited": 1})


async def test_a_total_that_waits_for_the_database(own_tally: Tally, ann: Person) -> None:
    counter = await open_counter(ann)
    async with own_tally.moved_away("totals"):
        await ann.press(counter, "Confirm")
        expected = {"tally_outbox_waiting": 1, "tally_totals_total numbers": 1}
        now = await until_figures(own_tally, expected)
        assert now["tally_deliveries_total failed"] >= 1
        assert now["tally_deliveries_total delivered"] == 0
    await own_tally.until_totals(ann, 1)
    await until_figures(
        own_tally, {"tally_outbox_waiting": 0, "tally_deliveries_total delivered": 1}
    )


@pytest.fixture
async def pair(own_playground: Playground, tmp_path: Path) -> AsyncIterator[Workers]:
    """Give two workers that write their figures into one folder."""
    (tmp_path / "figures").mkdir()
    settings = {FOLDER: str(tmp_path / "figures")}
    async with two_workers(own_playground, tmp_path, **settings) as workers:
        yield workers


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
        connections = (await until_figures(tally, expected))["tally_database_connections"]
    assert (await scrape(two)).count("process_cpu_seconds_total{") == 2
    await one.kill()
    now = await until_figures(two, expected)
    assert 0 < now["tally_database_connections"] < connections
    assert (await scrape(two)).count("process_cpu_seconds_total{") == 1
