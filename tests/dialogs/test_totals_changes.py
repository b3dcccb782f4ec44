"""Changes of totals: people rename, delete and undo."""

from typing import Any

import pytest

from db.models import LABEL_MAX
from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow, values
from tests.support.keyboards import receive
from tests.support.tally import Tally
from widgets.text import isolated

TOO_LATE = Answer("It is too late to undo this", show_alert=True)
SECOND = "2 · label · Jan 1, 2026, 12:01\u202fAM UTC"
NOT_OFFERED = Answer("This button is not available now")
EMOJI = "\N{HOT BEVERAGE}\N{FAMILY}\N{SHRUG}\N{ZERO WIDTH JOINER}\N{FEMALE SIGN}"


async def open_data(person: Person) -> Message:
    return await follow(person, await open_counter(person, "/totals"), "My data")


async def until_labels(tally: Tally, person: Person, labels: list[str | None]) -> None:
    """Wait until a person's totals in the database have these names."""

    def has(rows: list[dict[str, Any]]) -> bool:
        return [row["label"] for row in rows] == labels

    await tally.until_saved(person, has)


async def age_changes(tally: Tally, seconds: float) -> None:
    """Move the time of the change in an open dialog back."""
    await tally.until_drawn()  # else the bot draws it again, because of its new version
    async with tally.rewritten_dialogs() as records:
        for record in records:
            for context in record["contexts"].values():
                if change := context["dialog_data"].get("change"):
                    change["at"] -= seconds


async def test_a_total_is_deleted_after_a_question_and_brought_back(
    ann: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [1, 2, 3])
    before = tally.totals(ann)
    picking = await follow(ann, await open_data(ann), "Delete a total")
    assert [row[0].split(" · ")[0] for row in picking.labels[:3]] == ["3", "2", "1"]
    asked = await follow(ann, picking, "2 · label")
    assert asked.text == f"Delete {SECOND}?"
    kept = await follow(ann, asked, "Keep")
    assert kept.labels == picking.labels
    deleted = await follow(ann, kept, "2 · label", "Delete")
    assert deleted.text == f"Deleted: {SECOND}"
    await tally.until_saved(ann, lambda rows: len(rows) == 2)
    assert values(await follow(ann, deleted, "Back")) == [3, 1]
    deleted = await follow(ann, picking, "My data", "Delete a total", "1 · label", "Delete")
    undone = await follow(ann, deleted, "Undo")
    assert undone.text == "All is as it was."
    await tally.until_saved(ann, lambda rows: len(rows) == 2)
    assert values(await follow(ann, undone, "Back")) == [3, 1]
    assert [row for row in before if row["value"] != 2] == tally.totals(ann)


async def test_a_deleted_total_does_not_come_back_by_a_repeated_confirm(
    playground: Playground, tally: Tally
) -> None:
    ann = await playground.person("Ann", language_code="en")
    counter = await open_counter(ann, "/numbers")
    confirm = counter.button("Confirm").callback_data
    await ann.press(counter, "Confirm")
    await tally.until_totals(ann, 1)
    update = max(update["update_id"] for update in await playground.updates())
    data = await follow(ann, await open_data(ann), "Delete a total")
    deleted = await follow(ann, data, "0 · ", "Delete")
    await tally.until_saved(ann, lambda rows: not rows)
    await playground.repeat(update)
    await ann.press(counter, data=confirm)
    await playground.until_pending(0)
    assert tally.totals(ann) == []
    assert (await follow(ann, deleted, "Back")).labels == [["Back"]]


async def test_a_second_tap_on_delete_and_on_undo_does_nothing_more(
    ann: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [1, 2])
    asked = await follow(ann, await open_data(ann), "Delete a total", "2 · label")
    delete = asked.button("Delete").callback_data
    deleted = await follow(ann, asked, "Delete")
    undo = deleted.button("Undo").callback_data
    await ann.press(deleted, data=delete)
    await tally.until_saved(ann, lambda rows: len(rows) == 1)
    await follow(ann, deleted, "Undo")
    await tally.until_saved(ann, lambda rows: len(rows) == 2)
    await ann.press(deleted, data=delete)
    await ann.press(deleted, data=undo)
    assert len(tally.totals(ann)) == 2


async def test_undo_says_when_it_is_too_late(dora: Person, tally: Tally) -> None:
    await tally.add_totals(dora, [1])
    deleted = await follow(dora, await open_data(dora), "Delete a total", "1 · label", "Delete")
    await tally.until_saved(dora, lambda rows: not rows)
    # The bot may draw again what was changed behind its back; Telegram refuses that edit.
    await age_changes(tally, 31)
    assert await dora.press(deleted, "Undo") == TOO_LATE
    assert tally.totals(dora) == []
    assert (await dora.read(deleted)).text == deleted.text
    await tally.until_drawn()


async def test_everything_is_deleted_after_a_question_and_brought_back(
    ann: Person, boris: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [1, 2, 3])
    await tally.add_totals(boris, [4])
    before = tally.totals(ann)
    asked = await follow(ann, await open_data(ann), "Delete everything")
    question, _ = (asked.text or "").splitlines()
    assert question == "Delete all your 3 totals, and what Tally knows of you?"
    erased = await follow(ann, asked, "Delete everything")
    assert erased.text == "Everything is deleted."
    await tally.until_saved(ann, lambda rows: not rows)
    await follow(ann, erased, "Undo")
    await tally.until_saved(ann, lambda rows: rows == before)
    assert len(tally.totals(boris)) == 1


async def test_a_name_is_changed_and_changed_back(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [1, 2], label="tee")
    await tally.add_totals(ann, [3], label="coffee")
    data = await open_data(ann)
    await follow(ann, data, "Rename a label", "tee")
    await ann.send("  <b>tea</b> &   cake ")
    asked = await receive(ann, "2 totals of tee")
    assert asked.text == "2 totals of tee will be <b>tea</b> & cake."
    renamed = await follow(ann, asked, "Rename")
    await until_labels(tally, ann, ["coffee", "<b>tea</b> & cake", "<b>tea</b> & cake"])
    await follow(ann, renamed, "Undo")
    await until_labels(tally, ann, ["coffee", "tee", "tee"])


@pytest.mark.parametrize("label", [EMOJI, "שלום עולם", "/start_over", "{value} $x %s", "x" * 64])
async def test_any_text_can_be_a_name(ann: Person, tally: Tally, label: str) -> None:
    await tally.add_totals(ann, [1])
    await follow(ann, await open_data(ann), "Rename a label", "label")
    await ann.send(label)
    asked = await receive(ann, "1 total of label")
    assert asked.text == f"1 total of label will be {label}."
    await follow(ann, asked, "Rename")
    await until_labels(tally, ann, [label])
    totals = await open_counter(ann, "/totals")
    assert f"1 · {isolated(label)} · " in (totals.text or "")


async def test_a_new_name_has_1_to_64_characters_and_differs(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [1])
    await follow(ann, await open_data(ann), "Rename a label", "label")
    await ann.send("x" * (LABEL_MAX + 1))
    await receive(ann, "A label has 1 to 64 characters, this one has 65.")
    await ann.send("label")
    await receive(ann, "That is its name already.")
    await ann.send("tea")
    await receive(ann, "1 total of label will be tea.")


async def test_a_name_is_removed(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [1])
    asked = await follow(ann, await open_data(ann), "Rename a label", "label", "Take the label off")
    await follow(ann, asked, "Rename")
    await until_labels(tally, ann, [None])


async def test_anothers_total_can_not_be_deleted_by_forged_data(
    ann: Person, boris: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [1])
    await tally.add_totals(boris, [2])
    (foreign,) = tally.totals(boris)
    picking = await follow(ann, await open_data(ann), "Delete a total")
    own = picking.button("1 · label").callback_data or ""
    forged = own.rpartition(":")[0] + f":{foreign['id']}"
    assert await ann.press(picking, data=forged) == Answer(None)
    assert (await ann.read(picking)).labels == picking.labels
    assert len(tally.totals(boris)) == 1


async def test_a_total_that_is_gone_meanwhile_says_so(ann: Person, tally: Tally) -> None:
    await tally.add_totals(ann, [1, 2])
    picking = await follow(ann, await open_data(ann), "Delete a total")
    tally.change("DELETE FROM totals WHERE user_id = ?", ann.id)
    assert await ann.press(picking, "1 · label") == NOT_OFFERED


async def test_what_is_deleted_while_the_database_is_away_is_deleted_later(
    ann: Person, tally: Tally
) -> None:
    await tally.add_totals(ann, [1])
    asked = await follow(ann, await open_data(ann), "Delete a total", "1 · label")
    async with tally.locked_database():
        answer = await ann.press(asked, "Delete")
        assert answer == Answer("It will be done as soon as the database is back")
    await tally.until_saved(ann, lambda rows: not rows)
