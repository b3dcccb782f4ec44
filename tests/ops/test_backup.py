"""A backup while people tap, and its restore, neither lose nor repeat a confirmed total."""

import asyncio
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from telegram_playground import Playground
from tests.app.test_second_start import in_use
from tests.dialogs.test_counter import open_counter
from tests.support.nursery import START
from tests.support.tally import Tally


async def backed_up(tally: Tally, *, cold: bool = False) -> Path:
    """Back a bot up; give the file."""
    archive = tally.data.parent / "tally.backup"
    status, _, errors = await tally.run("backup", str(archive), cold=cold)
    assert (status, errors) == (0, "")
    return archive


async def restored(
    tally: Tally, archive: Path, folder: str = "restored", *, cold: bool = False
) -> Tally:
    """Restore a backup into another folder; give a bot there with the same token."""
    settings = {name: tally.settings[name] for name in ("BOT_TOKEN", "BOT_API_URL")}
    other = Tally(tally.data.parent / folder / "data", **settings)
    other.data.parent.mkdir()
    status, _, errors = await other.run("restore", str(archive), cold=cold)
    assert (status, errors) == (0, "")
    return other


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def outbox(archive: Path) -> bytes:
    with zipfile.ZipFile(archive) as parts:
        return parts.read("valkey.rdb")


async def test_counters_and_totals_come_back_as_they_were(
    own_playground: Playground, own_tally: Tally
) -> None:
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.start()
    confirmed = await open_counter(ann, "/numbers tea")
    for label in ("+1", "Confirm"):
        await ann.press(confirmed, label)
    going = await open_counter(ann, "/numbers cups")
    await ann.press(going, "+1")
    await ann.until(going, text="cups\nSpecify the number: 1")

    archive = await backed_up(own_tally, cold=True)
    assert archive.stat().st_mode & 0o077 == 0
    # What happens later is not in it.
    await ann.press(going, "+1")
    await ann.until(going, text="cups\nSpecify the number: 2")
    await own_tally.stop()

    other = await restored(own_tally, archive, cold=True)
    for name in ("tally.db", "valkey"):  # only their owner may read them
        assert (other.data / name).stat().st_mode & 0o077 == 0
    try:
        await other.start()
        await ann.press(going, "+1")
        await ann.until(going, text="cups\nSpecify the number: 2")
        await ann.press(going, "Confirm")
        await other.until_totals(ann, 2)
        assert [(row["label"], row["value"]) for row in other.totals(ann)] == [
            ("cups", 2),
            ("tea", 1),
        ]
    finally:
        await other.clean_up()


@pytest.mark.thorough
async def test_where_the_two_disagree_nothing_is_lost_or_doubled(
    own_playground: Playground, own_tally: Tally
) -> None:
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.start()
    counter = await open_counter(ann, "/numbers tea")
    await ann.press(counter, "+1")
    async with own_tally.locked_database():
        await ann.press(counter, "Confirm")  # which waits in the outbox
        newer_dialogs = await backed_up(own_tally)
    await own_tally.until_totals(ann, 1)
    newer_database = own_tally.data.parent / "database.backup"
    await own_tally.stop()
    with closing(sqlite3.connect(own_tally.data / "tally.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with zipfile.ZipFile(newer_database, "w") as archive:
        archive.writestr("about.json", json.dumps({"format": 1}))
        archive.writestr("valkey.rdb", outbox(newer_dialogs))
        archive.write(own_tally.data / "tally.db", "tally.db")

    for number, archive_file in enumerate((newer_dialogs, newer_database)):
        other = await restored(own_tally, archive_file, f"restored{number}")
        try:
            assert len(other.totals(ann)) == number
            await other.start()
            await other.until_totals(ann, 1)
            async with asyncio.timeout(START), other.redis() as redis:
                while await redis.keys("tally:*:outboxes"):
                    await asyncio.sleep(0.02)
            assert [row["value"] for row in other.totals(ann)] == [1]
            await other.stop()
        finally:
            await other.clean_up()


async def test_restore_overwrites_nothing_unless_told_to(
    own_playground: Playground, own_tally: Tally
) -> None:
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.start()
    await own_tally.add_totals(ann, [1])
    archive = str(await backed_up(own_tally))
    await own_tally.add_totals(ann, [2])

    status, _, errors = await own_tally.run("backup", archive)
    assert (status, errors) == (2, f"{archive} already exists\n")
    # Also if another TMPDIR hides the socket of the bot's Valkey.
    (own_tally.data.parent / "elsewhere").mkdir()
    elsewhere = {"TMPDIR": str(own_tally.data.parent / "elsewhere")}
    for settings in ({}, elsewhere):
        beside = Tally(own_tally.data, **own_tally.settings, **settings)
        status, _, errors = await beside.run("restore", "--replace", archive)
        assert (status, errors) == (2, in_use(own_tally.data))
    await own_tally.stop()
    assert len(own_tally.totals(ann)) == 2

    status, _, errors = await own_tally.run("restore", archive)
    assert status == 2
    assert "tally.db already exists; --replace moves it aside first" in errors
    status, out, errors = await own_tally.run("restore", "--replace", archive)
    assert (status, errors) == (0, "")
    aside = Path(out.removeprefix("The data from before is in ").removesuffix(" now.\n"))
    assert {"tally.db", "valkey"} <= names(aside)
    assert [row["value"] for row in own_tally.totals(ann)] == [1]


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_valkey_that_a_killed_bot_has_left_does_not_go_on_with_what_it_holds(
    own_playground: Playground, own_tally: Tally, *, elsewhere: bool
) -> None:
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.start()
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")
    archive = await backed_up(own_tally)
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")
    await own_playground.until_pending(0)  # otherwise Telegram sends the last press again
    await own_tally.kill()

    restoring = Tally(own_tally.data, **own_tally.settings)
    with TemporaryDirectory() as folder:  # its name is short enough for a socket's path
        if elsewhere:
            restoring.settings["TMPDIR"] = folder
        status, _, errors = await restoring.run("restore", "--replace", str(archive))
    assert (status, errors) == (0, "")
    assert not await own_tally.valkey_answers()
    await own_tally.start()
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1"}, "REDIS_URL: "),
        ({"DATABASE_URL": "postgresql+asyncpg://u:hunter2@h/d"}, "DATABASE_URL: "),
        ({}, "there is nothing to back up"),
    ],
    ids=["redis", "postgresql", "nothing"],
)
async def test_what_is_not_tallys_own_has_means_of_its_own(
    tmp_path: Path, setting: dict[str, str], says: str
) -> None:
    tally = Tally(tmp_path / "data", **setting)
    status, _, errors = await tally.run("backup", str(tmp_path / "tally.backup"))
    assert status == 2
    assert errors.startswith(says)
    assert errors.count("\n") == 1
    assert "hunter2" not in errors
    assert not (tmp_path / "tally.backup").exists()
