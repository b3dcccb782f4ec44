"""Querying the totals on the command line, while the bot runs."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.migrations import migrating, to_revision
from main import run
from telegram_playground import Person
from tests.dialogs.test_counter import open_counter
from tests.support.tally import Tally


async def confirm(person: Person, tally: Tally, command: str, *presses: str) -> None:
    """Open a counter, press its buttons and Confirm; wait until the total is saved."""
    saved = len(tally.totals(person))
    counter = await open_counter(person, command)
    for label in (*presses, "Confirm"):
        await person.press(counter, label)
    await tally.until_totals(person, saved + 1)


async def test_totals_are_found_again_in_every_format(ann: Person, tally: Tally) -> None:
    await confirm(ann, tally, "/numbers_fab tea", "+2", "+1")
    await confirm(ann, tally, "/numbers", "-1")
    mine = ("totals", "--user", str(ann.id))

    status, out, errors = await tally.run(*mine, "--format", "json", cold=True)
    assert (status, errors) == (0, "")
    rows = json.loads(out)
    assert [(row["kind"], row["label"], row["value"]) for row in rows] == [
        ("numbers", None, -1),
        ("numbers_fab", "tea", 3),
    ]
    assert {row["chat_id"] for row in rows} == {ann.id}

    _, out, _ = await tally.run(*mine, "--format", "csv")
    assert [row["value"] for row in csv.DictReader(io.StringIO(out))] == ["-1", "3"]

    _, out, _ = await tally.run(*mine)
    header, *lines = out.splitlines()
    assert header.split()[:2] == ["id", "created_at"]
    assert len(lines) == 2


async def test_totals_are_chosen_by_chat_and_day(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [1, 2])
    await confirm(ann, tally, "/numbers", "+1")

    async def values(*choice: str) -> list[int]:
        _, out, _ = await tally.run("totals", "--user", str(ann.id), "--format", "json", *choice)
        return [row["value"] for row in json.loads(out)]

    assert await values("--until", "2026-01-01") == [2, 1]
    assert await values("--since", "2026-01-02") == [1]
    assert await values("--chat", str(ann.id + 1)) == []


async def test_totals_are_added_up(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [5, 7])
    await confirm(ann, tally, "/numbers =tea", "+1")
    mine = ("totals", "--user", str(ann.id), "--until", "2030-01-01")

    async def sums(by: str) -> list[dict[str, str]]:
        _, out, errors = await tally.run(*mine, "--by", by, "--format", "csv")
        assert errors == ""
        return list(csv.DictReader(io.StringIO(out)))

    assert [(row["label"], row["count"], row["sum"]) for row in await sums("label")] == [
        ("label", "2", "12"),
        ("'=tea", "1", "1"),
    ]
    assert [row["sum"] for row in await sums("chat")] == ["13"]
    assert [(row["first_name"], row["sum"]) for row in await sums("user")] == [("Ann", "13")]
    first, _ = await sums("day")
    assert first == {"day": "2026-01-01", "count": "2", "sum": "12"}


async def test_days_are_those_of_a_time_zone(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [5])
    there = ("totals", "--user", str(ann.id), "--zone", "America/New_York", "--format", "json")
    _, out, _ = await tally.run(*there, "--by", "day")
    assert json.loads(out) == [{"day": "2025-12-31", "count": 1, "sum": 5}]
    _, out, _ = await tally.run(*there, "--since", "2026-01-01")
    assert json.loads(out) == []


async def test_totals_are_chosen_by_label_and_kind(ann: Person, tally: Tally) -> None:
    await confirm(ann, tally, "/numbers tea", "+1")
    await confirm(ann, tally, "/numbers_fab", "+2")

    async def values(*choice: str) -> list[int]:
        _, out, _ = await tally.run("totals", "--user", str(ann.id), "--format", "json", *choice)
        return [row["value"] for row in json.loads(out)]

    assert await values("--label", "tea") == [1]
    assert await values("--label", "") == [2]
    assert await values("--kind", "numbers_fab") == [2]
    assert await values("--label", "coffee") == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--since", "2026-02-30"], "'2026-02-30' is not a date; write it like 2026-01-31"),
        (["--until", "yesterday"], "'yesterday' is not a date"),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "--since must not be after --until"),
        (["--user", "ann"], "'--user'"),
        (["--user", "0"], "'--user'"),
        (["--chat", "9" * 20], "'--chat'"),
        (["--zone", "Europe/Atlantis"], "'Europe/Atlantis' is not a time zone"),
        (["--zone", "../../etc/passwd"], "is not a time zone"),
        (["--by", "year"], "'year' is not one of 'day', 'label', 'user', 'chat'"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--nothing"], "--nothing"),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_option_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], wrong: list[str], says: str
) -> None:
    assert run(["totals", *wrong]) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert says in errors
    assert errors.count("\n") == 1


def test_help_shows_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["totals", "--help"]) == 0
    out, _ = capsys.readouterr()
    assert "python main.py totals --user 1000001 --by day --zone Europe/Berlin" in out


async def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    nowhere = Tally(tmp_path / "data")
    status, _, errors = await nowhere.run("totals")
    assert status == 2
    assert "has no totals yet: run the bot once" in errors
    assert errors.count("\n") == 1
    assert not nowhere.data.exists()


async def test_an_older_database_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/tally.db"
    async with migrating(url) as connection:
        await connection.run_sync(to_revision, "0001")
    with closing(sqlite3.connect(tmp_path / "tally.db")) as database:
        database.execute("INSERT INTO users VALUES (7, 'Ann', NULL, NULL, 0)")
        database.execute(
            "INSERT INTO totals VALUES (1, zeroblob(16), 7, NULL, 'inline', 'tea', 5, 0)"
        )
        database.commit()
        before = list(database.iterdump())

        older = Tally(tmp_path / "data", DATABASE_URL=url)
        for by in ((), ("--by", "user"), ("--by", "day")):
            status, out, errors = await older.run("totals", "--format", "json", *by)
            assert (status, errors) == (0, "")
            assert len(json.loads(out)) == 1
        assert list(database.iterdump()) == before
