"""A second start in a folder that a bot uses is refused in one line; the first bot goes on."""

import asyncio
import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from ops.folder_lock import LOCK, lock
from telegram_playground import Client, Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.tally import Tally

PRESSES = 40
TRIES = 3


def second(tally: Tally, **settings: str) -> Tally:
    """Give another bot with the same settings, except for some."""
    return Tally(tally.data, **{**tally.settings, **settings})


def in_use(folder: Path) -> str:
    """Give the line that a start prints if the folder is in use."""
    return (
        f"DATA_DIR: the folder {folder} is in use by another Tally (a bot, a backup or a restore); "
        "end that first, or choose another folder\n"
    )


async def refused(tally: Tally, *arguments: str) -> None:
    """Start a bot, which must be refused in one line."""
    status, out, errors = await tally.run(*arguments)
    assert (status, out, errors) == (2, "", in_use(tally.data))


async def press_during(person: Person, *starts: Tally) -> None:
    """Have a person press a counter while other bots try to start; each press must count."""
    counter = await open_counter(person)

    async def press() -> None:
        for _ in range(PRESSES):
            answer = await person.press(counter, "+1", timeout=START)
            assert answer is not None
            assert answer.text is None or answer.text.startswith("Specify the number: ")

    pressing = asyncio.create_task(press())
    for start in starts:
        await refused(start)
    await pressing
    await person.until(counter, text=f"Specify the number: {PRESSES}", timeout=START)


def untroubled(tally: Tally) -> None:
    """Check that a bot has logged no warning and no error."""
    lines = [line for line in tally.logged() if line["level"] != "info"]
    # Another test's bot may have the usual port.
    assert [line for line in lines if line["event"] != "port_taken"] == []


async def test_a_second_start_does_not_disturb_the_first(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    # The second bot also looks for the socket in another folder, or reaches its data by a link.
    (tmp_path / "elsewhere").mkdir()
    elsewhere = second(own_tally, TMPDIR=str(tmp_path / "elsewhere"))
    await press_during(ann, *[second(own_tally)] * TRIES, elsewhere)
    (tmp_path / "link").symlink_to(own_tally.data)
    status, _, errors = await second(own_tally, DATA_DIR=str(tmp_path / "link")).run()
    assert (status, errors) == (2, in_use(own_tally.data))
    untroubled(own_tally)
    assert await own_tally.stop() == 0
    assert not (own_tally.data / LOCK).exists()


async def test_a_second_start_on_the_playground_does_not_disturb_the_first(tmp_path: Path) -> None:
    port = free_port()
    async with Tally(tmp_path / "data", PLAYGROUND_PORT=str(port)).running() as tally:
        async with Client(f"http://127.0.0.1:{port}") as client:
            ann = await client.person("Ann", language_code="en")
            await press_during(ann, *[second(tally, PLAYGROUND_PORT=str(free_port()))] * TRIES)
        untroubled(tally)


async def test_several_workers_and_one_lock_each_other_out(
    own_playground: Playground, own_tally: Tally
) -> None:
    by_webhook(own_tally)
    own_tally.arguments = ("--workers", "2")
    await own_tally.start(2)
    ann = await own_playground.person("Ann", language_code="en")
    await press_during(ann, *[second(own_tally, WEB_PORT=str(free_port()))] * TRIES)
    await refused(second(own_tally), "--workers", "2")
    # Workers and Valkey don't have the lock open, because they may outlive their parent.
    assert holders(own_tally.data / LOCK) == 1
    untroubled(own_tally)
    await own_tally.stop()
    own_tally.arguments = ()
    await own_tally.start()
    await refused(second(own_tally), "--workers", "2")


def holders(path: Path) -> int:
    """Count the processes that have a file open."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if entry.readlink() == path:
                found.add(entry.parts[2])
        except OSError:
            continue
    return len(found)


async def test_after_a_kill_the_next_start_adopts_the_valkey_wherever_its_socket_is(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await own_tally.kill()
    assert await own_tally.valkey_answers()
    assert holders(own_tally.data / LOCK) == 0
    (tmp_path / "elsewhere").mkdir()
    own_tally.settings["TMPDIR"] = str(tmp_path / "elsewhere")
    await own_tally.start()
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")
    assert await own_tally.stop() == 0
    assert not await own_tally.valkey_answers()


async def test_bots_with_redis_elsewhere_may_share_a_database(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    valkey = EmbeddedValkey(tmp_path / "valkey")
    await valkey.start()
    by_webhook(own_tally)
    own_tally.settings["REDIS_URL"] = valkey.url
    other = Tally(own_tally.data, **own_tally.settings)
    other.log = tmp_path / "other.log"
    by_webhook(other)
    try:
        await own_tally.start()
        await other.start()
        ann = await own_playground.person("Ann", language_code="en")
        counter = await open_counter(ann)
        await ann.press(counter, "+1", timeout=START)
        # A bot that needs the folder for itself has to wait for both.
        alone = second(own_tally, REDIS_URL="")
        await refused(alone)
        assert await own_tally.stop() == 0
        await refused(alone)
        assert await other.stop() == 0
    finally:
        await other.clean_up()
        await valkey.stop()


async def test_a_bot_with_all_parts_elsewhere_needs_no_folder(
    own_playground: Playground, tmp_path: Path
) -> None:
    tally = Tally.on(
        own_playground,
        tmp_path / "data",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}",
        DATABASE_URL=f"postgresql+asyncpg://u@127.0.0.1:{free_port()}/d",
    )
    status, _, errors = await tally.run()
    assert status == 2
    assert errors.startswith("DATABASE_URL: the database ")
    assert not tally.data.exists()


@pytest.mark.thorough
async def test_a_folder_that_can_not_be_locked_ends_the_start(tmp_path: Path) -> None:
    # Nobody can make a file in /proc.
    tally = Tally(tmp_path / "data", DATA_DIR="/proc/self/data")
    status, _, errors = await tally.run()
    assert status == 2
    assert re.fullmatch(r"DATA_DIR: the folder /proc/\d+/data can't be used: .*\n", errors)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a file as a process does that tries to lock it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        yield file
    finally:
        os.close(file)


def test_a_lock_on_a_removed_file_locks_no_process_out(tmp_path: Path) -> None:
    path = tmp_path / LOCK
    with lock(path), opened(path) as stale:
        pass
    with opened(path) as stale:
        path.unlink()
        fcntl.flock(stale, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with lock(path):
            with pytest.raises(BlockingIOError), lock(path):
                pass
            assert path.exists()
    assert not path.exists()


async def test_totals_and_backup_work_while_a_bot_runs(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.add_totals(ann, [7])
    (tmp_path / "elsewhere").mkdir()
    beside = second(own_tally, TMPDIR=str(tmp_path / "elsewhere"))
    status, out, errors = await beside.run("totals", "--format", "csv")
    assert (status, errors) == (0, "")
    assert '"7"' in out
    status, _, errors = await beside.run("backup", str(tmp_path / "tally.backup"))
    assert (status, errors) == (0, "")
    await press_during(ann)
    untroubled(own_tally)
    with closing(sqlite3.connect(own_tally.data / "tally.db")) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
