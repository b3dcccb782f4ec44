"""Forged payments, posted as Telegram would post them: refused, or not saved."""

import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from telegram_playground import Person, Playground
from telegram_playground.call_log import Call
from tests.app.test_webhook import HEADER, by_webhook
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import bill_by, lines, open_bill, pay
from tests.support.tally import Tally

Json = dict[str, Any]

SECRET = "open-sesame"
IDS = itertools.count(10**6)


@pytest.fixture(scope="module")
async def bank() -> AsyncIterator[Playground]:
    """Give the playground of a bot that uses a webhook."""
    async with Playground() as own:
        yield own


@pytest.fixture(scope="module")
async def cashier(
    bank: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give that bot."""
    own = Tally.on(bank, tmp_path_factory.mktemp("bank") / "data", WEBHOOK_SECRET=SECRET)
    own.settings["ADDRESS"] = by_webhook(own)
    async with own.running():
        await own.until_logged("webhook_set")
        yield own


@pytest.fixture
async def ann(bank: Playground, cashier: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await bank.person("Ann", language_code="en")


async def payload_of(bank: Playground, person: Person) -> str:
    """Ask for a bill of 10 Stars; give its payload."""
    before = await bank.call_count()
    await open_bill(person)
    (sent,) = await bank.calls("sendInvoice", after=before)
    return str(sent.params["payload"])


async def post(cashier: Tally, **content: Json) -> None:
    """Post an update as Telegram would."""
    async with (
        ClientSession(headers={HEADER: SECRET}) as session,
        session.post(
            cashier.settings["ADDRESS"], json={"update_id": next(IDS), **content}
        ) as answer,
    ):
        assert answer.status == 200


async def answer_to(bank: Playground, cashier: Tally, message: Json) -> str:
    """Post a payment as Telegram would; give the text that the bot sends."""
    before = await bank.call_count()
    await post(cashier, message=message)
    calls = await bank.calls("sendMessage", after=before)
    (text,) = [c.params["text"] for c in calls if c.params["chat_id"] == str(message["chat"]["id"])]
    return str(text)


async def checked(bank: Playground, cashier: Tally, person: Person, **order: object) -> Call:
    """Post a pre-checkout query as Telegram would; give the bot's answer."""
    before = await bank.call_count()
    user = person.user.json
    query = {"id": "1", "from": user, "currency": "XTR", "total_amount": 10, **order}
    await post(cashier, pre_checkout_query=query)
    return await bank.until_called("answerPreCheckoutQuery", after=before)


def paid_message(person: Person, **paid: object) -> Json:
    """Make the message that Telegram sends after a payment."""
    return {
        "message_id": next(IDS),
        "date": int(time.time()),
        "chat": {"id": person.id, "type": "private"},
        "from": person.user.json,
        "successful_payment": {
            "currency": "XTR",
            "total_amount": 10,
            "telegram_payment_charge_id": f"stx-{next(IDS)}",
            "provider_payment_charge_id": "p",
            **paid,
        },
    }


async def test_a_valid_payment_is_accepted(bank: Playground, cashier: Tally, ann: Person) -> None:
    call = await checked(bank, cashier, ann, invoice_payload=await payload_of(bank, ann))
    assert call.params["ok"] == "true"


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        ({"invoice_payload": "made up"}, "Tally knows no such bill"),
        ({"invoice_payload": ":"}, "Tally knows no such bill"),
        ({"invoice_payload": "é" * 60}, "Tally knows no such bill"),
        ({"total_amount": 9}, "The sum does not match the bill"),
        ({"total_amount": 10_000}, "The sum does not match the bill"),
        ({"total_amount": -10}, "The sum does not match the bill"),
        ({"currency": "EUR"}, "The sum does not match the bill"),
    ],
)
async def test_a_payment_of_something_else_is_refused(
    bank: Playground, cashier: Tally, ann: Person, order: Json, answer: str
) -> None:
    payload = await payload_of(bank, ann)
    call = await checked(bank, cashier, ann, **{"invoice_payload": payload, **order})
    assert call.params["ok"] == "false"
    assert str(call.params["error_message"]).startswith(answer)


async def test_a_payload_with_a_changed_sum_is_refused(
    bank: Playground, cashier: Tally, ann: Person
) -> None:
    payload = (await payload_of(bank, ann)).replace(":XTR:10:", ":XTR:1:")
    call = await checked(bank, cashier, ann, invoice_payload=payload, total_amount=1)
    assert str(call.params["error_message"]).startswith("Tally knows no such bill")


async def test_somebody_elses_bill_is_refused_in_the_payers_language(
    bank: Playground, cashier: Tally, ann: Person
) -> None:
    boris = await bank.person("Борис", language_code="ru")
    payload = await payload_of(bank, ann)
    call = await checked(bank, cashier, boris, invoice_payload=payload)
    assert call.params["error_message"] == (
        "Это чужой счёт. Отправьте /payment, чтобы получить свой."
    )
    before = await bank.call_count()
    address = {"country_code": "DE", "state": "", "city": "", "street_line1": ""}
    address |= {"street_line2": "", "post_code": ""}
    query = {"id": "2", "from": boris.user.json}
    query |= {"invoice_payload": payload, "shipping_address": address}
    await post(cashier, shipping_query=query)
    shipped = await bank.until_called("answerShippingQuery", after=before)
    assert str(shipped.params["error_message"]).startswith("Это чужой счёт.")


async def test_a_bill_is_paid_once(bank: Playground, cashier: Tally, ann: Person) -> None:
    before = await bank.call_count()
    window = await open_counter(ann, "/payment")
    bill = await bill_by(window, ann)
    (sent,) = await bank.calls("sendInvoice", after=before)
    await pay(ann, bill)
    await cashier.until_payments(ann, 1)
    payload = sent.params["payload"]
    call = await checked(bank, cashier, ann, invoice_payload=payload)
    assert str(call.params["error_message"]).startswith("This bill is paid already.")
    # The database still knows the payment after the dialog has expired.
    async with cashier.redis() as redis:
        await redis.delete(*await redis.keys(f"tally:*:{ann.id}*:stack:*"))
    call = await checked(bank, cashier, ann, invoice_payload=payload)
    assert str(call.params["error_message"]).startswith("This bill is paid already.")


async def test_a_person_who_has_paid_is_not_told_to_try_again(
    bank: Playground, cashier: Tally, ann: Person
) -> None:
    payload = await payload_of(bank, ann)
    async with cashier.rewritten_dialogs(f":b{payload.partition(':')[0]}") as (record,):
        for context in record["contexts"].values():
            context["start_data"] = "of no use"
    text = await answer_to(bank, cashier, paid_message(ann, invoice_payload=payload))
    assert text.endswith("Don't pay again: write to /paysupport.")
    assert "update_failed" in [line["event"] for line in cashier.logged()]


@pytest.mark.parametrize(
    "paid", [{"invoice_payload": "made up"}, {"total_amount": 11}, {"currency": "EUR"}]
)
async def test_a_forged_payment_is_no_row(
    bank: Playground, cashier: Tally, ann: Person, paid: Json
) -> None:
    payload = await payload_of(bank, ann)
    seen = sum(line["event"] == "payment_not_ours" for line in cashier.logged())
    message = paid_message(ann, **{"invoice_payload": payload, **paid})
    assert await answer_to(bank, cashier, message) == (
        "Tally knows no bill for this payment. Write to /paysupport."
    )
    logged = [line for line in cashier.logged() if line["event"] == "payment_not_ours"]
    assert len(logged) == seen + 1
    assert logged[-1]["charge"] == message["successful_payment"]["telegram_payment_charge_id"]
    assert str(ann.id) not in str(logged[-1])
    assert cashier.payments(ann) == []


async def test_somebody_elses_payment_is_no_row(
    bank: Playground, cashier: Tally, ann: Person
) -> None:
    clara = await bank.person("Clara")
    await post(cashier, message=paid_message(clara, invoice_payload=await payload_of(bank, ann)))
    assert cashier.payments(ann) == cashier.payments(clara) == []


async def test_a_forged_refund_marks_nothing(bank: Playground, cashier: Tally, ann: Person) -> None:
    charge_id = await pay(ann, await open_bill(ann))
    await cashier.until_payments(ann, 1)
    message = paid_message(ann, invoice_payload="made up", telegram_payment_charge_id=charge_id)
    message["refunded_payment"] = message.pop("successful_payment")
    await post(cashier, message=message)
    assert cashier.payments(ann)[0]["refunded_at"] is None
    assert "refund_not_ours" in [line["event"] for line in cashier.logged()]
    await bank.until_pending(0)


async def test_a_repeated_payment_message_is_one_row_and_one_receipt(
    bank: Playground, cashier: Tally, ann: Person
) -> None:
    payload = await payload_of(bank, ann)
    message = paid_message(ann, invoice_payload=payload)
    for _ in range(3):
        await post(cashier, message=message)
    await cashier.until_payments(ann, 1)
    assert lines(await ann.receive())[0] == "Paid: ⭐ 10"
    # It is for the same bill but another payment, so it can be refunded separately.
    await post(cashier, message=paid_message(ann, invoice_payload=payload))
    assert lines(await ann.receive())[0] == "Paid: ⭐ 10"
    assert len(await cashier.until_payments(ann, 2)) == 2
