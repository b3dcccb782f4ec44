"""`main.py --workers N`: several processes behind one port act as one bot."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from telegram_playground import Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.promises.test_kills import KILLS, tap
from tests.promises.test_stop import LIMIT
from tests.support.dice import dice
from tests.support.groups import ending
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.tally import Tally
from tests.support.watching import until_metrics

WORKERS = 2


@pytest.fixture(scope="module")
async def many(
    module_playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a running bot of two processes; a test may end it if it starts it again."""
    data = tmp_path_factory.mktemp("many") / "data"
    own = Tally.on(module_playground, data, "--workers", str(WORKERS))
    by_webhook(own)
    async with own.running(WORKERS):
        yield own


@pytest.fixture
async def ann(module_playground: Playground, many: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person."""
    return await module_playground.person("Ann")


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(START):
        while not condition():
            await asyncio.sleep(0.05)


def listening(tally: Tally) -> int:
    """Count the sockets that listen at the bot's port; see proc_net_tcp(5)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    address = f"0100007F:{int(tally.settings['WEB_PORT']):04X}"
    return sum(row[1] == address and row[3] == "0A" for row in rows)


async def test_workers_share_a_port_and_every_counter(
    module_playground: Playground, many: Tally, ann: Person
) -> None:
    assert listening(many) == WORKERS
    started = [line["worker"] for line in many.logged() if line["event"] == "started"]
    assert set(started) == {1, 2}
    await many.until_logged("webhook_set", "webhook_unchanged", times=WORKERS)
    assert len(await module_playground.calls("setWebhook")) == 1
    people = [ann, *[await module_playground.person(f"P{number}") for number in range(3)]]
    counters = [await open_counter(person) for person in people]
    presses = [
        person.press(counter, "+1", timeout=30)
        for person, counter in zip(people, counters, strict=True)
        for _ in range(10)
    ]
    assert None not in await asyncio.gather(*presses)
    for person, counter in zip(people, counters, strict=True):
        await person.press(counter, "Confirm", timeout=30)
        await person.until(counter, text="Total: 10", timeout=30)
        await many.until_totals(person, 1)
        assert [row["value"] for row in many.totals(person)] == [10]
    # The worker that answers tells the metrics of all workers.
    await until_metrics(many, {"tally_taps_total": 40, "tally_totals_total numbers": 4})


async def test_a_killed_worker_is_restarted_and_no_tap_is_lost(many: Tally, ann: Person) -> None:
    counter = await open_counter(ann)
    presses = [asyncio.create_task(ann.press(counter, "+1", timeout=60)) for _ in range(20)]
    await asyncio.wait(presses, return_when=asyncio.FIRST_COMPLETED)
    async with many.logging("started"):
        os.kill(many.worker_processes()[0], signal.SIGKILL)
    assert None not in await asyncio.gather(*presses)
    await ann.until(counter, text="Specify the number: 20", timeout=30)
    assert len(many.worker_processes()) == WORKERS


async def test_sighup_replaces_each_worker_and_no_tap_is_lost(many: Tally, ann: Person) -> None:
    counter, before, taps = await open_counter(ann), set(many.worker_processes()), 0
    async with asyncio.timeout(WORKERS * START), many.logging("worker_replaced", times=WORKERS):
        many.send_signal(signal.SIGHUP)
        while not many.worker_processes() or before & set(many.worker_processes()):
            assert listening(many) >= WORKERS
            assert await ann.press(counter, "+1", timeout=60) is not None
            taps += 1
    await ann.until(counter, text=f"Specify the number: {taps}", timeout=30)
    assert len(many.worker_processes()) == WORKERS


@pytest.mark.thorough
async def test_a_failed_replacement_ends_no_worker_that_serves(many: Tally, ann: Person) -> None:
    wrong = many.data.parent / ".env"
    wrong.write_text("DIALOG_TTL=hunter2")
    before = set(many.worker_processes())
    async with many.logging("worker_not_replaced"):
        many.send_signal(signal.SIGHUP)
    assert set(many.worker_processes()) == before
    async with many.logging("worker_not_started", times=2):
        os.kill(before.pop(), signal.SIGKILL)
    assert (await open_counter(ann)).text == "Specify the number: 0"
    async with many.logging("started"):
        wrong.unlink()
    lines = [line for line in many.logged() if line["event"] == "worker_not_started"]
    assert lines[0]["error"].startswith("DIALOG_TTL: ")
    assert "hunter2" not in many.log.read_text()


@pytest.mark.thorough
async def test_workers_end_with_their_parent_even_if_it_is_killed(many: Tally, ann: Person) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1", timeout=30)
    await many.kill()
    await until(lambda: not many.worker_processes())
    assert await many.valkey_answers()
    await many.start(WORKERS)
    await ann.press(counter, "+1", timeout=60)
    await ann.until(counter, text="Specify the number: 2", timeout=30)


async def test_a_stop_ends_all_workers_in_time(many: Tally) -> None:
    async with asyncio.timeout(LIMIT):
        assert await many.stop() == 0
    assert many.worker_processes() == []
    assert not await many.valkey_answers()


@pytest.mark.thorough
async def test_an_error_of_the_operator_ends_all_workers_and_is_printed_once(
    tmp_path: Path, module_playground: Playground
) -> None:
    wrong = Tally(tmp_path / "data", BOT_TOKEN="7:hunter2", BOT_API_URL=module_playground.url)  # noqa: S106 - none
    by_webhook(wrong)
    status, out, errors = await wrong.run("--workers", "2", cold=True)
    assert (status, out) == (2, "")
    assert errors.count("BOT_TOKEN: Telegram refuses the token") == 1
    assert "Traceback" not in errors
    assert "hunter2" not in errors
    assert wrong.worker_processes() == []
    assert not await wrong.valkey_answers()


@pytest.mark.parametrize(
    ("count", "settings", "line"),
    [
        ("2", {}, "--workers: several workers need a webhook"),
        (
            "2",
            {"WEBHOOK_URL": "https://example.org"},
            "--workers: several workers need a BOT_TOKEN",
        ),
        ("0", {}, "Invalid value for '--workers': Input should be greater than or equal to 1"),
        ("65", {}, "Invalid value for '--workers': Input should be less than or equal to 64"),
        ("two", {}, "Invalid value for '--workers': "),
    ],
)
async def test_settings_that_do_not_allow_several_workers_end_in_one_line(
    tmp_path: Path, count: str, settings: dict[str, str], line: str
) -> None:
    wrong = Tally(tmp_path / "data", **settings, WEB_PORT=str(free_port()))
    status, out, errors = await wrong.run("--workers", count)
    assert (status, out) == (2, "")
    assert errors.startswith(line)
    assert errors.count("\n") == 1
    assert not wrong.data.exists()


async def trouble(tally: Tally, throw: random.Random) -> None:
    """Kill a worker or the parent, or replace all workers; wait until all serve again."""
    match throw.randrange(3):
        case 0:
            async with tally.logging("worker_replaced", times=WORKERS):
                tally.send_signal(signal.SIGHUP)
        case 1:
            await tally.kill()
            await tally.start(WORKERS)
        case _:
            async with tally.logging("started"):
                os.kill(throw.choice(tally.worker_processes()), signal.SIGKILL)


@pytest.mark.soak
async def test_every_tap_counts_once_while_workers_and_parent_are_killed_and_replaced(
    own_playground: Playground, own_tally: Tally
) -> None:
    throw, over = dice(), asyncio.Event()
    own_tally.arguments = ("--workers", str(WORKERS))
    by_webhook(own_tally)
    await own_tally.start(WORKERS)
    people = [await own_playground.person(f"P{number}") for number in range(4)]
    counters = [await open_counter(person, f"/numbers {person.id}") for person in people]
    tapping = [
        asyncio.create_task(tap(person, [counter], throw, over))
        for person, counter in zip(people, counters, strict=True)
    ]
    for _ in range(KILLS):
        await asyncio.sleep(throw.uniform(0, 2))
        await trouble(own_tally, throw)
    over.set()
    values = [len(await task) for task in tapping]
    await own_playground.until_pending(0, timeout=60)
    for person, counter, value in zip(people, counters, values, strict=True):
        await person.until(counter, ending(f"Specify the number: {value}"), timeout=60)
        await person.press(counter, "Confirm", timeout=60)
        await person.until(counter, ending(f"Total: {value}"), timeout=60)
        await own_tally.until_totals(person, 1)
        assert [row["value"] for row in own_tally.totals(person)] == [value]
    async with asyncio.timeout(LIMIT):
        own_tally.send_signal(signal.SIGINT)
        assert await own_tally.wait() == 0
