"""Payments on the playground's page, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground_support.chromium import Browser, reading
from telegram_playground import Client
from tests.conftest import ADMIN
from tests.support.ports import free_port
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough


@pytest.fixture
async def tally(tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot with a playground of its own, as without any settings."""
    own = Tally(tmp_path / "data", PLAYGROUND_PORT=str(free_port()), ADMIN_IDS=str(ADMIN))
    async with own.running():
        yield own


async def test_stars_and_a_card_as_a_person_pays_them(tally: Tally, browser: Browser) -> None:
    url = f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}"
    async with Client(url) as playground:
        admin = await playground.person("Admin", id=ADMIN)
        ann = await playground.person("Ann", language_code="en")
        await ann.send("/start")
        await ann.receive()
        async with reading(browser, url) as reader:
            await reader.act_as("Ann")
            await reader.page.locator("#chats button").first.click()
            await reader.key("Payment").click()
            await reader.button("+10").click()
            await reader.key("Bill for ⭐ 20").click()
            await reader.page.locator("#messages").get_by_text("A gift", exact=True).wait_for()
            await reader.shoot("payment-bill")
            await reader.key("Pay ⭐ 20").click()
            await reader.dialog.get_by_text("to whoever runs this bot").wait_for()
            await reader.shoot("payment-stars")
            await reader.dialog.get_by_role("button", name="Pay").click()
            await reader.note("Paid ★ 20").wait_for()
            text = reader.page.locator("#messages .text")
            await text.filter(has_text="Paid: ⭐ 20").wait_for()
            (stars,) = await tally.until_payments(ann, 1)
            await reader.shoot("payment-receipt")

            await reader.key("By card").click()
            await reader.key("Bill for 12.00 EUR").click()
            await reader.key("Pay 12.00 EUR").click()
            form = {"Street": "Lane 1", "Post code": "89073", "City": "Ulm", "Country": "FR"}
            for label, value in form.items():
                await reader.dialog.get_by_label(label).first.fill(value)
            await reader.button("Continue").click()
            await reader.dialog.get_by_text("Nothing is shipped to that country").wait_for()
            await reader.button("OK").click()
            await reader.key("Pay 12.00 EUR").click()
            await reader.dialog.get_by_label("Country").fill("DE")
            await reader.button("Continue").click()
            await reader.dialog.get_by_label("Courier, €9.90").check()
            await reader.button("Continue").click()
            await reader.dialog.get_by_role("button", name="€2.00").click()
            await reader.dialog.get_by_text("€23.90").wait_for()
            await reader.shoot("payment-card")
            await reader.dialog.get_by_role("button", name="Pay").click()
            await text.filter(has_text="Paid: 23.90 EUR").wait_for()
            await tally.until_payments(ann, 2)

            await admin.send(f"/refund {stars['telegram_payment_charge_id']}")
            await reader.note("Refunded ★ 20").wait_for()
            await text.filter(has_text="Refunded: ⭐ 20").wait_for()
            await reader.send("/payment")
            await reader.key("Payments").click()
            await text.filter(has_text="· refunded").wait_for()
            await reader.shoot("payment-history")
