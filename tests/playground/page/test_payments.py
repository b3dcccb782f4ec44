"""Bills, paid and given back."""

from tests.playground.page.chromium import Reader


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
