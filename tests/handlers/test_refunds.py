"""Refunds: by admins only, and each receipt is marked once."""

import asyncio

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import lines, open_bill, pay
from tests.support.tally import Tally

PATIENCE = 10
"""Seconds to wait for a row."""


async def paid_by(person: Person, tally: Tally) -> tuple[str, Message]:
    """Let a person pay 10 Stars; give the id of the payment and the receipt."""
    charge_id = await pay(person, await open_bill(person))
    receipt = await person.receive()
    await tally.until_payments(person, 1)
    return charge_id, receipt


async def until_refunded(person: Person, receipt: Message, tally: Tally) -> Message:
    """Wait until a receipt and its row say that the payment was refunded."""
    receipt = await person.until(receipt, lambda message: lines(message)[0] == "Refunded: ⭐ 10")
    assert (await person.receive()).refunded_payment
    async with asyncio.timeout(PATIENCE):
        while tally.payments(person)[0]["refunded_at"] is None:
            await asyncio.sleep(0.02)
    return receipt


async def test_an_admin_gives_a_payment_back_and_the_receipt_and_the_list_say_so(
    ann: Person, admin: Person, tally: Tally
) -> None:
    charge_id, receipt = await paid_by(ann, tally)
    assert (await open_counter(admin, f"/refund {charge_id}")).text == "⭐ 10 given back."
    receipt = await until_refunded(ann, receipt, tally)
    assert [line.partition(" ")[0] for line in lines(receipt)] == [
        "Refunded:",
        "Paid",
        "Refunded",
        "ID:",
    ]
    (row,) = tally.payments(ann)
    assert row["refunded_at"] >= row["created_at"]
    again = await open_counter(admin, f"/refund {charge_id}")
    assert again.text == "This payment was given back already."
    assert tally.payments(ann) == [row]
    window = await open_counter(ann, "/payment")
    await ann.press(window, "Payments")
    await ann.until(window, lambda message: "· refunded " in (message.text or ""))


async def test_for_others_refund_is_an_unknown_command(
    ann: Person, boris: Person, tally: Tally
) -> None:
    charge_id, _ = await paid_by(ann, tally)
    unknown = await open_counter(ann, "/there_is_no_such_command")
    assert (await open_counter(ann, f"/refund {charge_id}")).text == unknown.text
    assert (await open_counter(boris, f"/refund {charge_id}")).text != unknown.text
    assert tally.payments(ann)[0]["refunded_at"] is None


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/refund", "Write the ID of the payment behind the command: /refund ID"),
        ("/refund stx-unknown", "No such payment is saved."),
    ],
)
async def test_a_refund_needs_the_id_of_a_payment(admin: Person, command: str, answer: str) -> None:
    assert (await open_counter(admin, command)).text == answer


async def test_a_refund_by_other_means_is_marked_too(
    playground: Playground, ann: Person, admin: Person, tally: Tally
) -> None:
    charge_id, receipt = await paid_by(ann, tally)
    async with ClientSession() as session:
        bot = BotSide(playground, session)
        await bot("refundStarPayment", user_id=ann.id, telegram_payment_charge_id=charge_id)
    await until_refunded(ann, receipt, tally)
    assert (await open_counter(admin, f"/refund {charge_id}")).text == (
        "This payment was given back already."
    )


async def test_while_telegram_is_away_nothing_is_marked_and_another_try_does_it(
    playground: Playground, admin: Person, tally: Tally
) -> None:
    clara = await playground.person("Clara", language_code="en")
    charge_id, receipt = await paid_by(clara, tally)
    await playground.trouble("refuse", method="refundStarPayment", status=500, times=1)
    assert (await open_counter(admin, f"/refund {charge_id}")).text == "Try again in a moment"
    assert tally.payments(clara)[0]["refunded_at"] is None
    # Telegram refunds the payment, but the answer is lost. It says so at the second attempt.
    await playground.trouble("lose", method="refundStarPayment", times=1)
    assert (await open_counter(admin, f"/refund {charge_id}")).text == "Try again in a moment"
    await until_refunded(clara, receipt, tally)


async def test_an_admin_learns_why_telegram_refuses(
    playground: Playground, admin: Person, tally: Tally
) -> None:
    clara = await playground.person("Clara", language_code="en")
    charge_id, _ = await paid_by(clara, tally)
    tally.change("UPDATE payments SET user_id = ? WHERE user_id = ?", admin.id, clara.id)
    answer = await open_counter(admin, f"/refund {charge_id}")
    assert answer.text == "Telegram does not give it back: Bad Request: CHARGE_NOT_FOUND"


async def test_a_card_is_refunded_elsewhere(
    playground: Playground, admin: Person, tally: Tally
) -> None:
    clara = await playground.person("Clara", language_code="en")
    charge_id, _ = await paid_by(clara, tally)
    tally.change("UPDATE payments SET currency = 'EUR' WHERE user_id = ?", clara.id)
    answer = await open_counter(admin, f"/refund {charge_id}")
    assert answer.text == "Card payments are given back at the payment provider."
