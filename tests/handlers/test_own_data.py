"""All data of a person: exported as a document, and deleted."""

import json
from typing import Any

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import bill_by, pay
from tests.dialogs.test_totals import follow
from tests.dialogs.test_totals_export import receive_document
from tests.support.choosing import choose, until
from tests.support.tally import Tally

KEPT = "Payments stay on record under your Telegram id"


async def buy(person: Person, tally: Tally) -> str:
    """Pay 10 Stars; give the id of the payment."""
    charge_id = await pay(person, await bill_by(await open_counter(person, "/payment"), person))
    await person.receive()
    await tally.until_payments(person, 1)
    return charge_id


async def take_home(playground: Playground, person: Person, data: Message) -> dict[str, Any]:
    """Ask for an export of everything."""
    await person.press(data, "Everything as JSON")
    name, text = await receive_document(playground, person)
    assert name == "tally.json"
    return dict(json.loads(text))


async def test_an_export_has_settings_payments_and_all_totals_despite_a_filter(
    ann: Person, boris: Person, tally: Tally, playground: Playground
) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Steps", "-5 -1 +1 +5")
    await until(ann, settings, "Steps of /count: -5")
    charge_id = await buy(ann, tally)
    await tally.add_totals(ann, [1], label="tea")
    await tally.add_totals(ann, [2], label="coffee", chat_id=-1001234567890)
    await tally.add_totals(boris, [4], label="tea")
    totals = await open_counter(ann, "/totals")
    data = await follow(ann, totals, "Filter", "Label", "tea", "My data")
    taken = await take_home(playground, ann, data)
    assert [total["value"] for total in taken["totals"]] == [2, 1]
    (payment,) = taken["payments"]
    assert payment["telegram_payment_charge_id"] == charge_id
    assert (payment["currency"], payment["amount"], payment["user_id"]) == ("XTR", 10, ann.id)
    person = taken["person"]
    assert (person["id"], person["first_name"], person["language"]) == (ann.id, "Ann", "en")
    assert (person["steps"], person["time_zone"]) == ([-5, -1, 1, 5], None)


async def test_a_person_without_totals_can_export_their_settings(
    ann: Person, playground: Playground
) -> None:
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "Names", "Ask me", "My data")
    data = await until(ann, settings, "Your data")
    taken = await take_home(playground, ann, data)
    assert (taken["payments"], taken["totals"]) == ([], [])
    assert taken["person"]["names_totals"] is True
    await choose(ann, data, "Back")
    await until(ann, data, "Totals without a name: I ask for one")


async def test_deleting_everything_says_what_stays_and_keeps_it(
    ann: Person, tally: Tally, playground: Playground
) -> None:
    charge_id = await buy(ann, tally)
    await tally.add_totals(ann, [1, 2], label="tea")
    totals = await open_counter(ann, "/totals")
    data = await follow(ann, totals, "Filter", "Label", "tea", "My data")
    asked = await follow(ann, data, "Delete everything")
    assert "all your 2 totals" in (asked.text or "")
    assert KEPT in (asked.text or "")
    deleted = await follow(ann, asked, "Delete everything")
    await tally.until_saved(ann, lambda rows: not rows)
    # The filter is deleted as well.
    assert "Nothing is confirmed yet" in ((await follow(ann, deleted, "Back")).text or "")
    settings = await open_counter(ann, "/settings")
    await choose(ann, settings, "My data")
    taken = await take_home(playground, ann, await until(ann, settings, "Your data"))
    assert taken["totals"] == []
    assert [each["telegram_payment_charge_id"] for each in taken["payments"]] == [charge_id]
