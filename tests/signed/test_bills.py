"""Bills: their sums, and forged ones are refused."""

import pytest
from aiogram.types import OrderInfo, ShippingAddress, SuccessfulPayment
from hypothesis import given
from hypothesis import strategies as st

from signed.bills import CURRENCY, MUG, STARS, STARS_MAX, TIP_MAX, Bill, Bills

BILLS = Bills("123456:token")
NAMES = st.binary(min_size=16, max_size=16)
PEOPLE = st.integers(1, 2**53)
GIFT = Bill(b"0" * 16, 7, STARS, 10)
A_MUG = Bill(b"0" * 16, 7, CURRENCY, MUG)


def order(
    total: int, currency: str = STARS, way: str | None = None, country: str | None = None
) -> SuccessfulPayment:
    """Make a pre-checkout query."""
    address = country and ShippingAddress(
        country_code=country, state="", city="", street_line1="", street_line2="", post_code=""
    )
    return SuccessfulPayment(
        currency=currency,
        total_amount=total,
        invoice_payload="",
        telegram_payment_charge_id="stx",
        provider_payment_charge_id="",
        shipping_option_id=way,
        order_info=OrderInfo(shipping_address=address) if address else None,
    )


@given(NAMES, PEOPLE, st.integers(1, STARS_MAX))
def test_a_bill_is_read_as_it_was_signed(name: bytes, person: int, amount: int) -> None:
    bill = Bill(name, person, STARS, amount)
    payload = BILLS.sign(bill)
    assert len(payload.encode()) <= 128
    assert BILLS.read(payload) == bill
    assert Bills("123456:other").read(payload) is None


@given(st.integers(0, 200), st.text(min_size=1, max_size=1))
def test_a_payload_that_was_changed_anywhere_is_refused(place: int, letter: str) -> None:
    payload = BILLS.sign(GIFT)
    place %= len(payload)
    forged = payload[:place] + letter + payload[place + 1 :]
    assert BILLS.read(forged) == (GIFT if forged == payload else None)


@given(st.text())
def test_a_text_that_was_not_signed_is_no_bill(payload: str) -> None:
    assert BILLS.read(payload) is None


def test_two_bills_have_different_ids() -> None:
    assert Bill.new(10, STARS, 7).id != Bill.new(10, STARS, 7).id


@pytest.mark.parametrize(
    ("payment", "fits"),
    [
        (order(10), True),
        (order(9), False),
        (order(11), False),
        (order(10, "EUR"), False),
        (order(10, way="post", country="DE"), True),
    ],
)
def test_a_gift_comes_to_its_stars(payment: SuccessfulPayment, *, fits: bool) -> None:
    assert GIFT.comes_to(payment) is fits


@pytest.mark.parametrize(
    ("payment", "fits"),
    [
        (order(MUG + 490, CURRENCY, "post", "DE"), True),
        (order(MUG + 490 + TIP_MAX, CURRENCY, "post", "DE"), True),
        (order(MUG + 490 + TIP_MAX + 1, CURRENCY, "post", "DE"), False),
        (order(MUG + 489, CURRENCY, "post", "DE"), False),
        (order(MUG + 490, CURRENCY, "post", "CH"), False),
        (order(MUG + 490, CURRENCY, "courier", "AT"), False),
        (order(MUG + 490, CURRENCY, "post", "FR"), False),
        (order(MUG + 490, CURRENCY, "post"), False),
        (order(MUG + 490, CURRENCY, None, "DE"), False),
        (order(MUG + 490, "USD", "post", "DE"), False),
        (order(MUG + 490, STARS, "post", "DE"), False),
    ],
)
def test_a_mug_comes_to_its_price_its_shipping_and_a_tip(
    payment: SuccessfulPayment, *, fits: bool
) -> None:
    assert A_MUG.comes_to(payment) is fits
