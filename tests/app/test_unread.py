"""Updates that can't be read whole: readable parts count, and no other update waits."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from telegram_playground import Answer, Person, Playground
from tests.app.test_webhook import by_webhook
from tests.conftest import PROVIDER
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import ULM, ask_shipping, bill_by, lines, open_bill, pay
from tests.support.nursery import START
from tests.support.tally import Tally

NO_UTF8 = {"RAW": b"\xff\xfe\x80"}
HALF = {"HALF": b"\\ud83d"}
"""Half of a surrogate pair, as JSON writes it."""
HUGE = {'"HUGE"': b"1180591620717411303424"}
"""An integer of 71 bits."""
UNREAD = Answer(
    "Telegram sent this in a form that I can't read, so nothing has changed.", show_alert=True
)
NEW = {"type": "of a newer Bot API"}
"""A value that no enumeration of aiogram has."""
REPLY = {"message_id": 1, "date": 0, "chat": {"id": "of a newer Bot API"}}


@pytest.fixture(scope="module", params=["polling", "webhook"])
async def odd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Playground, Tally]]:
    """Give a bot that gets odd updates, by polling and by webhook, and its playground."""
    async with Playground() as playground:
        data: Path = tmp_path_factory.mktemp(request.param) / "data"
        own = Tally.on(playground, data, PAYMENT_PROVIDER_TOKEN=PROVIDER)
        if request.param == "webhook":
            by_webhook(own)
        async with own.running():
            yield playground, own


@pytest.fixture
def playground(odd: tuple[Playground, Tally]) -> Playground:
    """Give the playground."""
    return odd[0]


@pytest.fixture
def tally(odd: tuple[Playground, Tally]) -> Tally:
    """Give the bot."""
    return odd[1]


@pytest.fixture
async def ann(playground: Playground) -> Person:
    """Give a person who is new to the bot."""
    return await playground.person("Ann", language_code="en")


async def alter(
    playground: Playground,
    kind: str,
    fields: dict[str, Any],
    replace: dict[str, bytes] | None = None,
) -> None:
    """Replace fields of the next update of a kind."""
    await playground.trouble(
        "alter", method=kind, times=1, patch={kind: fields}, replace=replace or {}
    )


async def test_a_press_that_is_not_utf8_is_answered_and_delays_no_other_update(
    playground: Playground, ann: Person
) -> None:
    boris = await playground.person("Boris", language_code="en")
    counter, other = await open_counter(ann), await open_counter(boris)
    await alter(playground, "callback_query", {"data": "RAW"}, NO_UTF8)
    assert await ann.press(counter, "+1") == Answer("This button is not available now")
    await boris.press(other, "+1")
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")
    await boris.until(other, text="Specify the number: 1")
    await playground.until_pending(0)


@pytest.mark.parametrize(
    ("fields", "replace"),
    [
        ({"reply_to_message": REPLY}, {}),
        ({"external_reply": {"origin": NEW}}, {}),
        ({"quote": {"text": 7}}, {}),
        ({"pinned_message": {"message_id": 1}}, {}),
        ({"entities": [{"type": "bold", "offset": "x"}]}, {}),
        ({"new": "HALF"}, HALF),
        ({"new": "HUGE"}, HUGE),
        ({"new": "RAW"}, NO_UTF8),
    ],
    ids=["reply", "external", "quote", "pinned", "entities", "half", "huge", "bytes"],
)
async def test_unreadable_parts_that_do_not_matter_are_left_out(
    playground: Playground, ann: Person, fields: dict[str, Any], replace: dict[str, bytes]
) -> None:
    counter = await open_counter(ann)
    await alter(playground, "callback_query", {"message": fields}, replace)
    assert await ann.press(counter, "+1") == Answer(None)
    await ann.until(counter, text="Specify the number: 1")
    await alter(playground, "message", fields, replace)
    assert (await open_counter(ann, "/numbers tea")).text == "tea\nSpecify the number: 0"


async def test_half_a_character_in_a_label_is_shown_and_saved_as_unreadable(
    playground: Playground, tally: Tally, ann: Person
) -> None:
    await alter(playground, "message", {"text": "/numbers tea HALF"}, HALF)
    counter = await open_counter(ann)
    assert counter.text == "tea \ufffd\nSpecify the number: 0"
    await ann.press(counter, "Confirm")
    assert [row["label"] for row in await tally.until_totals(ann, 1)] == ["tea \ufffd"]


@pytest.mark.parametrize(
    "fields",
    [
        {"from": {"is_bot": None}},
        {"message": {"message_thread_id": "x"}},
        {"data": 7},
        {"message": {"chat": 7}},
    ],
    ids=["who", "where", "what", "chat"],
)
async def test_an_unreadable_press_is_answered_and_changes_nothing(
    playground: Playground, ann: Person, fields: dict[str, Any]
) -> None:
    counter = await open_counter(ann)
    await alter(playground, "callback_query", fields)
    assert await ann.press(counter, "+1") == UNREAD
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 1")


@pytest.mark.parametrize(
    ("fields", "replace"),
    [
        ({"reply_to_message": REPLY}, {}),
        ({"reply_to_message": {"message_id": None}}, {}),
        ({"from": {"is_bot": None}, "chat": 7, "date": "x", "message_id": None}, {}),
        ({"successful_payment": {"order_info": 7, "new": "HALF"}}, HALF),
        ({"successful_payment": {"new": "RAW"}, "via_bot": 7}, NO_UTF8),
    ],
    ids=["reply", "reply without id", "all else", "within", "via"],
)
async def test_a_payment_is_saved_even_if_other_parts_of_its_message_are_unreadable(
    playground: Playground,
    tally: Tally,
    ann: Person,
    fields: dict[str, Any],
    replace: dict[str, bytes],
) -> None:
    bill = await open_bill(ann)
    await alter(playground, "message", fields, replace)
    charge_id = await pay(ann, bill)
    assert f"ID: {charge_id}" in lines(await ann.receive(timeout=START))
    (row,) = await tally.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id
    assert (row["amount"], row["user_id"], row["chat_id"]) == (10, ann.id, ann.id)
    assert tally.known(ann.id) == "Ann"


@pytest.mark.parametrize(
    "fields",
    [{"total_amount": "much"}, {"invoice_payload": "HALF"}, {"currency": 7}],
    ids=["sum", "bill", "currency"],
)
async def test_a_payment_with_an_unreadable_bill_is_kept(
    playground: Playground, tally: Tally, ann: Person, fields: dict[str, Any]
) -> None:
    bill = await open_bill(ann)
    await alter(playground, "message", {"successful_payment": fields}, HALF)
    async with tally.logging("update_set_aside"):
        charge_id = await pay(ann, bill)
    name = tally.logged()[-1]["update"]
    _, listed, _ = await tally.run("quarantine")
    (line,) = [line for line in listed.splitlines() if line.startswith(name)]
    assert "message.successful_payment" in line
    _, shown, _ = await tally.run("quarantine", "--show", name)
    assert charge_id in shown
    await playground.until_pending(0)


@pytest.mark.parametrize(
    "fields",
    [
        {"via_bot": {"id": "x"}},
        {"sender_chat": {"id": "x"}},
        {"from": {"is_bot": None}},
        {"message_thread_id": "x"},
        {"reply_to_message": {"message_id": "x"}},
        {"text": 12},
    ],
    ids=["via", "sender", "who", "where", "reply", "text"],
)
async def test_an_unreadable_message_is_kept_and_changes_nothing(
    playground: Playground, tally: Tally, ann: Person, fields: dict[str, Any]
) -> None:
    await alter(playground, "message", fields)
    async with tally.logging("update_set_aside"):
        await ann.send("/numbers wrong")
    assert (await open_counter(ann, "/numbers right")).text == "right\nSpecify the number: 0"
    await playground.until_pending(0)


async def test_a_payment_for_a_mug_is_saved_even_if_its_address_is_unreadable(
    playground: Playground, tally: Tally, ann: Person
) -> None:
    window = await open_counter(ann, "/payment")
    await ann.press(window, "By card")
    window = await ann.until(window, lambda message: "A mug" in (message.text or ""))
    bill = await bill_by(window, ann)
    await ask_shipping(playground, ann, bill, "DE")
    await alter(playground, "message", {"successful_payment": {"order_info": 7}})
    await pay(ann, bill, shipping_option_id="post", order_info={"shipping_address": ULM})
    (row,) = await tally.until_payments(ann, 1)
    assert (row["amount"], row["currency"]) == (1200 + 490, "EUR")


async def test_an_unreadable_question_before_a_payment_is_refused(
    playground: Playground, ann: Person
) -> None:
    bill = await open_bill(ann)
    await alter(playground, "pre_checkout_query", {"total_amount": "much"})
    assert await ann.pay(bill) == {"ok": False, "error": UNREAD.text}
    await pay(ann, bill)


async def test_nothing_that_people_wrote_is_logged(
    playground: Playground, tally: Tally, ann: Person
) -> None:
    await alter(playground, "message", {"via_bot": {"id": "secret"}})
    async with tally.logging("update_set_aside"):
        await ann.send("my secret")
    assert "secret" not in tally.log.read_text()
