"""Payment: Stars and cards, receipts, what is refused, and what is given back."""

from collections.abc import AsyncIterator

import pytest

from playground import Message, Person, Playground
from tests.tally import Tally
from tests.test_counter import open_counter
from tests.test_menu import open_menu

ADMIN = 777001
PROVIDER = "1234:TEST:hunter2"
ULM = {"country_code": "DE", "city": "Ulm", "street_line1": "Lane 1", "post_code": "89073"}
ADDRESS = ULM | {"state": "", "street_line2": ""}


@pytest.fixture(scope="module")
async def bank() -> AsyncIterator[Playground]:
    """Give the playground of the bot that takes payments."""
    async with Playground() as own:
        yield own


@pytest.fixture(scope="module")
async def cashier(
    bank: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a bot that takes cards, too, and has an admin."""
    own = Tally(
        tmp_path_factory.mktemp("bank") / "data",
        BOT_TOKEN=bank.token,
        BOT_API_URL=bank.url,
        ADMIN_IDS=f"1, {ADMIN}",
        PAYMENT_PROVIDER_TOKEN=PROVIDER,
    )
    try:
        await own.start()
        yield own
    finally:
        await own.clean_up()


@pytest.fixture
async def ann(bank: Playground, cashier: Tally) -> AsyncIterator[Person]:  # noqa: ARG001
    """Give a person who is new to the bot; Telegram must not refuse anything meanwhile."""
    before = await bank.call_count()
    yield await bank.person("Ann", language_code="en")
    assert [call for call in await bank.calls(after=before) if call.error] == []


async def open_bill(person: Person) -> Message:
    """Have a bill over 10 Stars sent."""
    window = await open_counter(person, "/payment")
    await person.press(window, "Bill over")
    return await person.receive()


async def receive_receipt(person: Person) -> Message:
    receipt = await person.receive()
    assert (receipt.text or "").startswith("Paid: "), receipt
    return receipt


async def test_stars_are_chosen_paid_and_receipted(ann: Person, cashier: Tally) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Payment")
    await ann.until(menu, lambda message: "Amount: ⭐ 10" in (message.text or ""))
    for step in ("+1", "+10", "-1", "+1"):
        await ann.press(menu, step)
    await ann.until(menu, lambda message: "Amount: ⭐ 21" in (message.text or ""))
    await ann.press(menu, "Bill over ⭐ 21")
    bill = await ann.receive()
    assert bill.invoice
    assert (bill.invoice.currency, bill.invoice.total_amount) == ("XTR", 21)
    assert bill.labels == [["Pay ⭐ 21"], ["Cancel"]]
    paid = await ann.pay(bill)
    assert paid["ok"], paid
    receipt = await receive_receipt(ann)
    assert (receipt.text or "").splitlines()[0] == "Paid: ⭐ 21"
    assert (receipt.text or "").splitlines()[2] == f"ID: {paid['charge_id']}"
    assert receipt.labels == []
    await ann.until(bill, lambda message: message.labels == [["Pay ⭐ 21"]])
    (row,) = await cashier.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == paid["charge_id"]
    assert (row["currency"], row["amount"], row["refunded_at"]) == ("XTR", 21, None)
    assert row["user_id"] == row["chat_id"] == ann.id
