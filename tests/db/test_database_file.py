"""If the SQLite file is deleted, moved or replaced, the bot does not say that a total is saved."""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import product
from pathlib import Path

import pytest

from telegram_playground import Answer, Message, Person, Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support.presses import SAVED_LATER, SILENT
from tests.support.tally import Tally
from tests.support.watching import until_away

NAMES = ("tally.db", "tally.db-wal", "tally.db-shm")


@pytest.fixture
async def ann(own_playground: Playground, own_tally: Tally) -> Person:
    """Give a person with a saved total; her bot runs."""
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    assert await confirm(ann, await tapped(ann)) == SILENT
    await own_tally.until_totals(ann, 1)
    return ann


async def tapped(person: Person) -> Message:
    """Have a person open a counter and tap it once."""
    counter = await open_counter(person)
    await person.press(counter, "+1")
    return counter


async def confirm(person: Person, counter: Message) -> Answer | None:
    """Have a person confirm a counter, which closes in any case."""
    answer = await person.press(counter, "Confirm", timeout=30)
    await person.until(counter, text="Total: 1")
    return answer


def lost(tally: Tally) -> list[str]:
    """Give the logged events about the database's file, in order."""
    return [line["event"] for line in tally.logged() if line["event"].startswith("database_file")]


async def until_delivered(tally: Tally) -> None:
    """Wait until the outbox is empty."""
    async with asyncio.timeout(30), tally.redis() as redis:
        while await redis.keys("tally:*:outboxes"):
            await asyncio.sleep(0.02)


def delete(data: Path) -> None:
    for name in NAMES:
        (data / name).unlink()


def delete_alone(data: Path) -> None:
    (data / "tally.db").unlink()


def empty(data: Path) -> None:
    delete(data)
    (data / "tally.db").touch()


def replace_by_a_copy(data: Path) -> None:
    """Replace the file as a person does who restores a copy by hand."""
    shutil.copyfile(data / "tally.db", data / "copy")
    delete(data)
    (data / "copy").rename(data / "tally.db")


def replace_by_another_programs(data: Path) -> None:
    with closing(sqlite3.connect(data / "songs.db")) as songs:
        songs.execute("CREATE TABLE songs (name)")
        songs.commit()
    (data / "songs.db").replace(data / "tally.db")


@pytest.mark.parametrize(
    "harm",
    [
        delete,
        replace_by_another_programs,
        *(
            pytest.param(harm, marks=pytest.mark.thorough)
            for harm in (delete_alone, empty, replace_by_a_copy)
        ),
    ],
)
async def test_while_the_file_is_lost_totals_wait_and_are_not_called_saved(
    own_tally: Tally, ann: Person, harm: Callable[[Path], None]
) -> None:
    counters = [await tapped(ann) for _ in range(2)]
    harm(own_tally.data)
    there = (own_tally.data / "tally.db").exists()
    before = there and (own_tally.data / "tally.db").read_bytes()
    assert await confirm(ann, counters[0]) == SAVED_LATER
    await until_away(own_tally, "database")
    assert await confirm(ann, counters[1]) == SAVED_LATER
    # Taps still count.
    going = await tapped(ann)
    # Later deliveries (every 3 s) and readiness checks (every second) log it no second time.
    for _ in range(2):
        async with own_tally.logging("delivery_failed"):
            await until_away(own_tally, "database")
    assert lost(own_tally) == ["database_file_lost"]
    (line,) = [line for line in own_tally.logged() if line["event"] == "database_file_lost"]
    assert (line["level"], line["file"]) == ("error", str(own_tally.data / "tally.db"))
    # The bot has not written to the file that is at the path now.
    assert (own_tally.data / "tally.db").exists() == there
    assert not there or (own_tally.data / "tally.db").read_bytes() == before
    assert await own_tally.stop() == 0

    # After a restart the bot saves the totals into the file that is there.
    await own_tally.start()
    await until_delivered(own_tally)
    saved = own_tally.totals(ann)
    assert [row["value"] for row in saved[:2]] == [1, 1]
    assert len(saved) in {2, 3}
    await until_away(own_tally)
    assert await confirm(ann, going) == SILENT


@pytest.mark.parametrize("by", ["file", "folder"])
async def test_once_the_file_is_back_saving_goes_on(own_tally: Tally, ann: Person, by: str) -> None:
    counters = [await tapped(ann) for _ in range(2)]
    place, away, missed = own_tally.data, own_tally.data.with_name("away"), ["database", "disk"]
    if by == "file":
        missed.remove("disk")
        place, away = own_tally.data / "tally.db", own_tally.data / "away.db"
    place.rename(away)
    assert await confirm(ann, counters[0]) == SAVED_LATER
    await until_away(own_tally, *missed)
    away.rename(place)
    await until_delivered(own_tally)
    await until_away(own_tally)
    assert await confirm(ann, counters[1]) == SILENT
    assert len(own_tally.totals(ann)) == 3
    assert lost(own_tally) == ["database_file_lost", "database_file_back"]
    assert await own_tally.stop() == 0


@pytest.mark.parametrize(
    ("names", "kill"),
    [
        (NAMES[1:], True),
        *(
            pytest.param(names, kill, marks=pytest.mark.thorough)
            for names, kill in [
                (NAMES[1:], False),
                *product((NAMES[1:2], NAMES[2:]), (False, True)),
            ]
        ),
    ],
    ids=["both, kill", "both", "log", "log, kill", "index", "index, kill"],
)
async def test_a_deleted_log_loses_no_total(
    own_tally: Tally, ann: Person, names: tuple[str, ...], *, kill: bool
) -> None:
    counters = [await tapped(ann) for _ in range(2)]
    for name in names:
        (own_tally.data / name).unlink()
    assert await confirm(ann, counters[0]) == SAVED_LATER
    await until_away(own_tally, "database")
    assert lost(own_tally) == ["database_file_lost"]
    assert await confirm(ann, counters[1]) == SAVED_LATER
    await (own_tally.kill() if kill else own_tally.stop())
    await own_tally.start()
    await until_delivered(own_tally)
    assert len(own_tally.totals(ann)) == 3
    await until_away(own_tally)
    with closing(sqlite3.connect(own_tally.data / "tally.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_new_file_with_any_inode_does_not_pass_for_the_old_one(
    own_tally: Tally, ann: Person
) -> None:
    counter = await tapped(ann)
    path = own_tally.data / "tally.db"
    number = path.stat().st_ino
    delete(own_tally.data)
    # A file system may reuse an inode number once no process has the deleted file open.
    for attempt in range(100):
        made = own_tally.data / f"made{attempt}"
        made.touch()
        assert made.stat().st_ino != number
    (own_tally.data / "made0").replace(path)
    assert await confirm(ann, counter) == SAVED_LATER
    await until_away(own_tally, "database")
    assert path.stat().st_size == 0


@pytest.mark.thorough
async def test_no_worker_starts_with_a_new_file_while_others_have_lost_theirs(
    own_playground: Playground, own_tally: Tally
) -> None:
    by_webhook(own_tally)
    own_tally.arguments = ("--workers", "2")
    await own_tally.start(2)
    ann = await own_playground.person("Ann", language_code="en")
    counter = await tapped(ann)
    path, away = own_tally.data / "tally.db", own_tally.data / "away.db"
    path.rename(away)
    assert await confirm(ann, counter) == SAVED_LATER
    async with own_tally.logging("worker_died", times=2):
        os.kill(own_tally.worker_processes()[0], signal.SIGKILL)
    died = [line for line in own_tally.logged() if line["event"] == "worker_died"]
    assert died[-1]["error"] == f"{path} was deleted, moved or replaced"
    await until_away(own_tally, "database")
    assert not path.exists()
    async with own_tally.logging("started"):
        away.rename(path)
    await until_delivered(own_tally)
    assert len(own_tally.totals(ann)) == 1
    assert await own_tally.stop() == 0


@pytest.mark.thorough
async def test_a_deleted_file_can_be_copied_while_the_bot_runs(
    own_tally: Tally, ann: Person, tmp_path: Path
) -> None:
    counter = await tapped(ann)
    delete(own_tally.data)
    assert await confirm(ann, counter) == SAVED_LATER
    await until_away(own_tally, "database")
    for name in NAMES[:2]:
        # By the steps of docs/operations.md.
        found = find_open(f"{own_tally.data / name} (deleted)")
        shutil.copyfile(found, tmp_path / name.replace("tally", "found"))
    with closing(sqlite3.connect(tmp_path / "found.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT value FROM totals WHERE user_id = ?"
        assert database.execute(query, [ann.id]).fetchall() == [(1,)]


def find_open(target: str) -> Path:
    """Find an open file by the target of its link in /proc; give the link (proc(5))."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # its process may have ended
            if str(link.readlink()) == target:
                return link
    raise FileNotFoundError(target)
