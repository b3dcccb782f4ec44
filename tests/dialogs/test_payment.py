"""Payments by Stars and by card, from the bill to the receipt."""

from typing import Any

import pytest

from telegram_playground import Answer, Message, Person, Playground
from tests.conftest import PROVIDER
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import open_menu
from tests.support.groups import make_group
from tests.support.tally import Tally

ULM = {
    "country_code": "DE",
    "state": "",
    "city": "Ulm",
    "street_line1": "Lane 1",
    "street_line2": "",
    "post_code": "89073",
}


async def open_bill(person: Person) -> Message:
    """Get a bill for 10 Stars."""
    window = await open_counter(person, "/payment")
    return await bill_by(window, person)


async def bill_by(window: Message, person: Person) -> Message:
    """Get the bill that a window offers."""
    assert await person.press(window, "Bill for") == Answer(None)
    bill = await person.receive()
    assert bill.invoice, bill
    return bill


async def pay(person: Person, bill: Message, **how: object) -> str:
    """Pay a bill, and give the payment's id."""
    paid = await person.pay(bill, **how)
    assert paid["ok"], paid
    return str(paid["charge_id"])


async def ask_shipping(
    playground: Playground, person: Person, bill: Message, country: str
) -> dict[str, Any]:
    """Ask the price of shipping to a country."""
    path = f"chats/{bill.chat.id}/messages/{bill.message_id}/shipping"
    address = ULM | {"country_code": country}
    return dict(await playground.request("POST", path, {"person": person.id, "address": address}))


def lines(message: Message) -> list[str]:
    return (message.text or "").splitlines()


async def test_stars_are_chosen_paid_and_receipted(ann: Person, tally: Tally) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Payment")
    for step in ("+1", "+10", "-1", "+1"):
        menu = await ann.until(menu, lambda message: "Amount: ⭐ " in (message.text or ""))
        await ann.press(menu, step)
    menu = await ann.until(menu, lambda message: lines(message)[-1] == "Amount: ⭐ 21")
    bill = await bill_by(menu, ann)
    assert bill.invoice
    assert (bill.invoice.currency, bill.invoice.total_amount) == ("XTR", 21)
    assert bill.labels == [["Pay ⭐ 21"], ["Cancel"]]
    charge_id = await pay(ann, bill)
    receipt = await ann.receive()
    assert lines(receipt)[0] == "Paid: ⭐ 21"
    assert lines(receipt)[1].endswith(" UTC")
    assert lines(receipt)[2] == f"ID: {charge_id}"
    assert receipt.labels == []
    await ann.until(bill, lambda message: message.labels == [["Pay ⭐ 21"]])
    (row,) = await tally.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id
    assert (row["currency"], row["amount"], row["refunded_at"]) == ("XTR", 21, None)
    assert row["user_id"] == row["chat_id"] == ann.id


async def test_a_bill_is_within_what_telegram_takes(ann: Person) -> None:
    window = await open_counter(ann, "/payment")
    await ann.press(window, "-100")
    window = await ann.until(window, lambda message: lines(message)[-1] == "Amount: ⭐ 1")
    answer = await ann.press(window, "-1")
    assert answer is not None
    assert answer.text == "A bill is for 1 to 10000 Stars"
    await ann.press(window, "+10")
    await ann.until(window, lambda message: lines(message)[-1] == "Amount: ⭐ 11")


async def test_a_double_tap_sends_one_bill_and_a_paid_one_is_followed_by_another(
    ann: Person,
) -> None:
    window = await open_counter(ann, "/payment")
    for _ in range(2):
        bill = await bill_by(window, ann)
        await ann.press(window, "Bill for")
        await pay(ann, bill)
        assert lines(await ann.receive())[0] == "Paid: ⭐ 10"
    assert sum(message.invoice is not None for message in await ann.messages()) == 2


async def test_a_cancelled_bill_is_gone_and_another_may_follow(ann: Person, tally: Tally) -> None:
    window = await open_counter(ann, "/payment")
    bill = await bill_by(window, ann)
    await ann.press(bill, "Cancel")
    await ann.until_gone(bill)
    await pay(ann, await bill_by(window, ann))
    await tally.until_payments(ann, 1)


async def test_a_bill_lives_on_after_other_commands(ann: Person, tally: Tally) -> None:
    bill = await open_bill(ann)
    await open_menu(ann)
    await pay(ann, bill)
    assert lines(await ann.receive())[0] == "Paid: ⭐ 10"
    await tally.until_payments(ann, 1)


async def test_payments_are_listed_newest_first(ann: Person, tally: Tally) -> None:
    window = await open_counter(ann, "/payment")
    await ann.press(window, "Payments")
    window = await ann.until(window, lambda message: "Nothing is paid" in (message.text or ""))
    await ann.press(window, "Back")
    charges = []
    for number in range(1, 8):
        window = await ann.until(window, lambda message: "Amount" in (message.text or ""))
        charges.append(await pay(ann, await bill_by(window, ann)))
        await ann.receive()
        await tally.until_payments(ann, number)

    def shown(message: Message) -> list[str]:
        return [line for line in lines(message) if line in charges]

    await ann.press(window, "Payments")
    await ann.until(window, lambda message: shown(message) == charges[:1:-1])
    window = await ann.read(window)
    assert window.labels == [["Older »"], ["Back"]]
    await ann.press(window, "Older")
    window = await ann.until(window, lambda message: shown(message) == charges[1::-1])
    assert window.labels == [["« Newer"], ["Back"]]
    await ann.press(window, "Newer")
    await ann.until(window, lambda message: shown(message) == charges[:1:-1])


async def test_a_mug_is_paid_by_card_with_shipping_and_a_tip(
    playground: Playground, ann: Person, tally: Tally
) -> None:
    window = await open_counter(ann, "/payment")
    await ann.press(window, "By card")
    window = await ann.until(window, lambda message: "A mug for 12.00 EUR" in (message.text or ""))
    bill = await bill_by(window, ann)
    assert bill.labels == [["Pay 12.00 EUR"], ["Cancel"]]
    answer = await ask_shipping(playground, ann, bill, "DE")
    ways = {
        way["id"]: sum(p["amount"] for p in way["prices"]) for way in answer["shipping_options"]
    }
    assert ways == {"post": 490, "courier": 990}
    order = {"shipping_address": ULM}
    charge_id = await pay(ann, bill, shipping_option_id="courier", tip=200, order_info=order)
    receipt = await ann.receive()
    assert lines(receipt)[0] == "Paid: 23.90 EUR"
    (row,) = await tally.until_payments(ann, 1)
    assert (row["currency"], row["amount"]) == ("EUR", 2390)
    assert row["telegram_payment_charge_id"] == charge_id
    assert row["provider_payment_charge_id"]
    assert PROVIDER not in tally.log.read_text()


async def test_a_country_that_is_not_served_is_refused_in_the_persons_language(
    playground: Playground, boris: Person, tally: Tally
) -> None:
    window = await open_counter(boris, "/payment")
    await boris.press(window, "Картой")
    window = await boris.until(window, lambda message: "Кружка" in (message.text or ""))
    await boris.press(window, "Счёт на")
    bill = await boris.receive()
    answer = await ask_shipping(playground, boris, bill, "FR")
    assert not answer["ok"]
    assert answer["error"].startswith("В эту страну доставки нет")
    # Telegram's own clients would stop this earlier.
    await ask_shipping(playground, boris, bill, "DE")
    abroad = {"shipping_address": ULM | {"country_code": "FR"}}
    paid = await boris.pay(bill, shipping_option_id="post", order_info=abroad)
    assert paid["error"] == "Сумма не сходится со счётом. Отправьте /payment, чтобы получить новый."
    assert tally.payments(boris) == []


async def test_without_a_provider_the_window_says_what_to_set(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    window = await open_counter(ann, "/payment")
    await ann.press(window, "By card")
    window = await ann.until(window, lambda message: "A mug" in (message.text or ""))
    assert "PAYMENT_PROVIDER_TOKEN" in (window.text or "")
    assert window.labels == [["Back"]]


@pytest.mark.usefixtures("tally")
async def test_in_a_group_payment_leads_to_the_private_chat(
    playground: Playground, ann: Person
) -> None:
    group = await make_group(playground, [ann], bot="administrator")
    for command in ("/payment", "/start@playground_bot payment"):
        await ann.send(command, chat=group)
        answer = await ann.receive(group)
        assert answer.text == "Bills are personal. Send /payment in the private chat."


async def test_the_link_below_a_forwarded_bill_leads_to_ones_own(
    playground: Playground, ann: Person
) -> None:
    before = await playground.call_count()
    await open_bill(ann)
    (sent,) = await playground.calls("sendInvoice", after=before)
    await ann.start(sent.params["start_parameter"])
    assert lines(await ann.receive())[0] == "Payment"


@pytest.mark.parametrize(
    ("command", "text"), [("/terms", "Terms"), ("/paysupport", "Is something")]
)
async def test_telegrams_live_checklist_is_kept(ann: Person, command: str, text: str) -> None:
    answer = await open_counter(ann, command)
    assert (answer.text or "").startswith(text)
    assert "/paysupport" in (answer.text or "")


async def test_a_question_reaches_the_admins(ann: Person, admin: Person) -> None:
    await open_menu(admin)
    answer = await open_counter(ann, "/paysupport charged twice, ID 7")
    assert answer.text == "Passed on to those who run this bot."
    passed_on = await admin.receive()
    assert passed_on.text == "/paysupport charged twice, ID 7"
    assert passed_on.forward_origin
