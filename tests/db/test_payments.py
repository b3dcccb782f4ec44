"""Payments and refunds are saved exactly once, in any order of arrival, and found again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from db.payments import NewPayment, Payments
from db.sessions import Sessions
from db.users import Users
from tests.support.samples import NOON

PAID = NewPayment(
    telegram_payment_charge_id="stx-1",
    provider_payment_charge_id="p-1",
    bill_id=b"b" * 16,
    user_id=7,
    chat_id=7,
    currency="XTR",
    amount=10,
    created_at=NOON,
)
LATER = NOON + timedelta(hours=1)
REFUNDED = replace(PAID, created_at=LATER, refunded_at=LATER)


@pytest.fixture
def payments(sessions: Sessions) -> Payments:
    return Payments(sessions)


async def saved(payments: Payments) -> list[NewPayment]:
    """Give all payments of person 7, newest first."""
    return [NewPayment.of(row) for row in (await payments.page(7, limit=100)).payments]


async def test_a_payment_is_found_as_it_was_saved(payments: Payments, users: Users) -> None:
    await payments.save(PAID)
    found = await payments.find("stx-1")
    assert found is not None
    assert NewPayment.of(found) == PAID
    assert await payments.find("stx-2") is None
    person = await users.get(7)
    assert person is not None


async def test_a_repeated_payment_is_one_payment(
    payments: Payments, other_sessions: Sessions
) -> None:
    processes = [payments, Payments(other_sessions)]
    await asyncio.gather(*(process.save(PAID) for process in processes * 10))
    assert await saved(payments) == [PAID]


@pytest.mark.parametrize("heard", [(PAID, REFUNDED), (REFUNDED, PAID), (REFUNDED, PAID, REFUNDED)])
async def test_the_first_time_of_a_payment_and_of_a_refund_counts(
    payments: Payments, heard: tuple[NewPayment, ...]
) -> None:
    for payment in heard:
        await payments.save(payment)
    much_later = replace(REFUNDED, refunded_at=LATER + timedelta(days=1))
    await payments.save(much_later)
    assert await saved(payments) == [replace(PAID, refunded_at=LATER)]


async def test_a_bill_that_was_paid_twice_is_two_payments(payments: Payments) -> None:
    assert not await payments.is_paid(PAID.bill_id)
    await payments.save(PAID)
    await payments.save(replace(PAID, telegram_payment_charge_id="stx-2"))
    assert await payments.is_paid(PAID.bill_id)
    assert len(await saved(payments)) == 2


async def test_pages_have_the_payments_of_one_person(payments: Payments) -> None:
    for number in range(5):
        await payments.save(replace(PAID, telegram_payment_charge_id=f"stx-{number}"))
    await payments.save(replace(PAID, telegram_payment_charge_id="other", user_id=8))
    shown, before = [], None
    for _ in range(3):
        page = await payments.page(7, limit=2, before=before)
        shown.append([row.telegram_payment_charge_id for row in page.payments])
        before = page.further
    assert shown == [["stx-4", "stx-3"], ["stx-2", "stx-1"], ["stx-0"]]
    assert before is None
    assert (await payments.page(9, limit=2)).payments == []


@pytest.mark.parametrize("payment", [PAID, REFUNDED])
def test_a_payment_comes_back_from_json(payment: NewPayment) -> None:
    assert NewPayment.from_json(payment.to_json()) == payment


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"currency": "STARS"}, {"bill_id": b"b"}],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_an_invalid_payment_is_refused(payments: Payments, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        await payments.save(replace(PAID, **wrong))
