"""Invoices, paid and refunded."""

import pytest

from playground_support.chromium import Reader
from telegram_playground import Person


async def test_a_bill_in_stars_is_paid_and_refunded(reader: Reader) -> None:
    await reader.send("/bill")
    await reader.key("Pay").click()
    await reader.dialog.get_by_text("Hot and green").wait_for()
    await reader.shoot("payment")
    await reader.page.keyboard.press("Enter")
    await reader.note("Paid ★ 5").wait_for()
    thanks = await reader.page.locator("#messages .text", has_text="Thank you: ").inner_text()
    await reader.send(f"/refund {thanks.removeprefix('Thank you: ')}")
    await reader.note("Refunded ★ 5").wait_for()


@pytest.mark.thorough
async def test_a_bill_behind_a_link_is_paid(reader: Reader) -> None:
    await reader.send("/bill_link")
    await reader.page.locator("#messages .link", has_text="https://t.me/$").click()
    await reader.dialog.get_by_text("For two").wait_for()
    await reader.dialog.get_by_role("button", name="Pay").click()
    await reader.note("Paid ★ 5").wait_for()


@pytest.mark.thorough
async def test_a_bill_is_paid_with_shipping_and_a_tip(reader: Reader, ann: Person) -> None:
    await reader.send("/card")
    await reader.key("Pay").click()
    form = {"Street": "Lane 1", "Post code": "89073", "City": "Ulm", "Email": "ann@example.org"}
    for label, value in form.items():
        await reader.dialog.get_by_label(label, exact=True).fill(value)
    await reader.dialog.get_by_label("Country").fill("FR")
    await reader.shoot("payment-details")
    await reader.button("Continue").click()
    await reader.dialog.get_by_text("We ship to Germany only").wait_for()
    await reader.button("OK").click()

    await reader.key("Pay").click()
    assert await reader.dialog.get_by_label("City").input_value() == "Ulm"
    await reader.dialog.get_by_label("Country").fill("DE")
    await reader.button("Continue").click()
    await reader.dialog.get_by_label("Pigeon, €9.00").check()
    await reader.button("Continue").click()
    await reader.dialog.get_by_text("€20.50").wait_for()
    await reader.dialog.get_by_role("button", name="€2.00").click()
    await reader.dialog.get_by_text("€22.50").wait_for()
    await reader.shoot("payment-total")
    await reader.dialog.get_by_role("button", name="Pay").click()

    await reader.note("Paid €22.50").wait_for()
    await reader.see("To Ulm by pigeon")
    await reader.key("Paid").wait_for()
    paid = next(m.successful_payment for m in await ann.messages() if m.successful_payment)
    assert paid.order_info
    assert (paid.order_info.name, paid.order_info.email) == ("Ann", "ann@example.org")
