"""Exports: the test reads the documents back and compares them."""

import asyncio
import csv
import io
import json

import pytest
from aiohttp import ClientSession

from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.dialogs.test_totals_changes import open_data
from tests.support.tally import Tally

PATIENCE = 60
"""Seconds to wait for a document on a busy machine."""

FORMULAS = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\uff1d1": "'\uff1d1",
    " =1": "' '=1",
    "x;=cmd|' /C calc'!A1": "x;'=cmd|' /C calc'!A1",
}
"""Names that a spreadsheet would read as formulas, and what the document has for each."""


async def download(playground: Playground, file_id: str) -> bytes:
    """Download a file as a bot does."""
    token = playground.token
    async with ClientSession(playground.url) as session:
        answer = await session.get(f"/bot{token}/getFile", params={"file_id": file_id})
        path = (await answer.json())["result"]["file_path"]
        return await (await session.get(f"/file/bot{token}/{path}")).read()


async def receive_document(playground: Playground, person: Person) -> tuple[str, bytes]:
    """Receive a document, and give its name and content."""
    message = await person.receive(timeout=PATIENCE)
    assert message.document, message
    return message.document.file_name or "", await download(playground, message.document.file_id)


def cells(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


async def documents(person: Person) -> list[Message]:
    return [message for message in await person.messages() if message.document]


async def test_totals_come_as_csv_and_as_json(
    ann: Person, tally: Tally, playground: Playground
) -> None:
    for label in ('tea, "green"', None, "кофе\N{HOT BEVERAGE}", "שלום"):
        await tally.add_totals(ann, [5, -7], label=label)
    saved = tally.totals(ann)
    data = await open_data(ann)
    assert await ann.press(data, "As CSV") is not None
    name, table = await receive_document(playground, ann)
    assert name == "totals.csv"
    assert table.startswith(b"\xef\xbb\xbf")
    by_id = {int(row["id"]): row for row in cells(table)}
    await ann.press(data, "As JSON")
    name, text = await receive_document(playground, ann)
    assert name == "totals.json"
    records = {record["id"]: record for record in json.loads(text)}
    assert len(by_id) == len(records) == len(saved) == 8
    for row in saved:
        assert by_id[row["id"]]["label"] == (row["label"] or "")
        assert int(by_id[row["id"]]["value"]) == row["value"]
        assert records[row["id"]]["label"] == row["label"]
        assert records[row["id"]]["value"] == row["value"]
        assert records[row["id"]]["user_id"] == ann.id


async def test_what_a_spreadsheet_takes_for_a_formula_is_defused(
    ann: Person, tally: Tally, playground: Playground
) -> None:
    for label in FORMULAS:
        await tally.add_totals(ann, [1], label=label)
    await ann.press(await open_data(ann), "As CSV")
    _, table = await receive_document(playground, ann)
    assert {row["label"] for row in cells(table)} == set(FORMULAS.values())
    assert all(line.startswith('"') for line in table.decode("utf-8-sig").splitlines())


async def test_only_what_the_filter_shows_is_exported(
    ann: Person, boris: Person, tally: Tally, playground: Playground
) -> None:
    await tally.add_totals(ann, [1], label="tea")
    await tally.add_totals(ann, [2], label="coffee")
    await tally.add_totals(boris, [4], label="tea")
    totals = await open_counter(ann, "/totals")
    data = await follow(ann, totals, "Filter", "Label", "tea", "My data")
    await ann.press(data, "As JSON")
    _, text = await receive_document(playground, ann)
    assert [record["value"] for record in json.loads(text)] == [1]


async def test_an_order_that_arrives_twice_brings_one_document(
    playground: Playground, tally: Tally
) -> None:
    ann = await playground.person("Ann", language_code="en")
    await tally.add_totals(ann, [1])
    data = await open_data(ann)
    await ann.press(data, "As CSV")
    update = max(update["update_id"] for update in await playground.updates())
    await receive_document(playground, ann)
    await playground.repeat(update)
    await playground.until_pending(0)
    # A second document would come before this message.
    await ann.press(data, "As JSON")
    assert (await receive_document(playground, ann))[0] == "totals.json"
    assert len(await documents(ann)) == 2


@pytest.mark.thorough
async def test_a_document_that_a_kill_has_kept_back_comes_after_the_next_start(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await own_tally.add_totals(ann, [1, 2])
    data = await open_data(ann)
    trouble = await own_playground.trouble("refuse", method="sendDocument", status=502)
    called = await own_playground.call_count()
    press = asyncio.create_task(ann.press(data, "As CSV"))
    await own_playground.until_called("sendDocument", after=called, timeout=PATIENCE)
    await own_tally.kill()
    await own_playground.calm(trouble)
    async with own_tally.redis() as redis:
        # As after a while, when the lease of the killed bot has ended.
        await redis.delete(*await redis.keys("tally:*:claim:export:*"))
    await own_tally.start()
    _, table = await receive_document(own_playground, ann)
    assert len(cells(table)) == 2
    await press
    assert len(await documents(ann)) == 1


@pytest.mark.thorough
async def test_a_large_export_keeps_nobody_waiting(
    ann: Person, boris: Person, tally: Tally, playground: Playground
) -> None:
    await tally.add_many(ann, 50_000)
    data = await open_data(ann)
    counter = await open_counter(boris)
    # However quick the machine is: an export that is over at once is answered silently.
    await playground.trouble("delay", method="sendDocument", chat=ann.id, seconds=5, times=1)
    export = asyncio.create_task(ann.press(data, "As CSV"))
    assert await export == Answer("The document is on its way")
    answered = []
    async with asyncio.timeout(PATIENCE):
        while not await documents(ann):
            answered.append(await boris.press(counter, "+1", timeout=PATIENCE))
    assert None not in answered
    # The last press may have been after the document, but not the one before.
    assert len(answered) > 1
    _, table = await receive_document(playground, ann)
    assert len(cells(table)) == 50_000
