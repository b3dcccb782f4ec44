"""Texts of people are escaped wherever they are shown, and paths stay below the pages."""

import csv
import io
import json

import pytest
from aiohttp import ClientSession
from yarl import URL

from telegram_playground import Person
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.support.tally import Tally

LABELS = ["'); DROP TABLE totals;--", '<a href="//a.bc">&lt;']
"""Short enough for a button."""


@pytest.mark.parametrize("label", LABELS)
async def test_a_label_is_never_code(ann: Person, tally: Tally, label: str) -> None:
    counter = await open_counter(ann, f"/numbers {label}")
    await ann.press(counter, "+1")
    await ann.press(counter, "Confirm")
    closed = await ann.until(counter, text=f"{label}\nTotal: 1")
    assert [row["label"] for row in await tally.until_totals(ann, 1)] == [label]
    totals = await open_counter(ann, "/totals")
    assert f"1 · {label} · " in (totals.text or "")
    filtered = await follow(ann, totals, "Filter", "Label", label)
    assert f"Label: {label}" in (filtered.text or "")
    for message in (closed, totals, filtered):
        kinds = {entity.type for entity in message.entities or ()}
        assert kinds <= {"bold", "italic"}
    mine = ("totals", "--user", str(ann.id), "--label", label, "--format")
    for style, read in (
        ("json", json.loads),
        ("csv", lambda out: csv.DictReader(io.StringIO(out))),
    ):
        _, out, _ = await tally.run(*mine, style)
        (row,) = read(out)
        # CSV has an apostrophe before values that a spreadsheet would take for a formula.
        assert row["label"].replace("'", "") == label.replace("'", "")


@pytest.mark.parametrize("page", ["/app", "/game", "/login", "/totals"])
@pytest.mark.parametrize(
    "way", ["/../config.py", "/..%2fweb%2fwebhook.py", "/%2e%2e/%2e%2e/main.py"]
)
async def test_no_path_leads_out_of_the_pages(app_tally: Tally, page: str, way: str) -> None:
    address = URL(f"http://127.0.0.1:{app_tally.settings['WEB_PORT']}{page}{way}", encoded=True)
    async with ClientSession() as session, session.get(address) as answer:
        assert answer.status in (403, 404)
        assert "import" not in await answer.text()
