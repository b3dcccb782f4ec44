"""Querying the totals on the command line, while the bot runs."""

import csv
import io
import json

from playground import Person
from tests.tally import Tally
from tests.test_counter import open_counter


async def confirm(person: Person, command: str, *presses: str) -> None:
    counter = await open_counter(person, command)
    for label in (*presses, "Confirm"):
        await person.press(counter, label)


async def test_totals_are_found_again_in_every_format(ann: Person, tally: Tally) -> None:
    await confirm(ann, "/numbers_fab tea", "+2", "+1")
    await confirm(ann, "/numbers", "-1")
    mine = ("totals", "--user", str(ann.id))

    status, out, errors = await tally.run(*mine, "--format", "json")
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
    await confirm(ann, "/numbers", "+1")

    async def values(*choice: str) -> list[int]:
        _, out, _ = await tally.run("totals", "--user", str(ann.id), "--format", "json", *choice)
        return [row["value"] for row in json.loads(out)]

    assert await values("--until", "2026-01-01") == [2, 1]
    assert await values("--since", "2026-01-02") == [1]
    assert await values("--chat", str(ann.id + 1)) == []
