"""Invoices, pre-checkout, Stars and refunds; signed data of Mini Apps and logins."""

import asyncio
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from aiogram.utils.auth_widget import check_integrity
from aiogram.utils.web_app import safe_parse_webapp_init_data

from playground_support.bot_side import BotSide, Json
from telegram_playground import Group, Person, Playground, PlaygroundError

BILL: Json = {
    "title": "Tea",
    "description": "a cup",
    "payload": "cup-1",
    "currency": "XTR",
    "prices": [{"label": "Tea", "amount": 5}],
}


async def query_of(playground: Playground, bot: BotSide, kind: str) -> Json:
    """Wait for a query of the playground."""
    await playground.until_pending(1)
    (update,) = await bot.updates()
    await bot.updates(offset=update["update_id"] + 1)
    return dict(update[kind])


async def test_stars_are_paid_and_refunded(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    sent = await bot("sendInvoice", chat_id=ann.id, **BILL)
    assert sent["invoice"]["total_amount"] == 5
    assert sent["reply_markup"]["inline_keyboard"][0][0]["pay"]
    path = f"chats/{ann.id}/messages/{sent['message_id']}/pay"
    paying = asyncio.create_task(playground.request("POST", path, {"person": ann.id}))
    query = await query_of(playground, bot, "pre_checkout_query")
    assert (query["invoice_payload"], query["total_amount"]) == ("cup-1", 5)
    await bot("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    paid = await paying
    assert paid["ok"]
    told = await query_of(playground, bot, "message")
    charge_id = told["successful_payment"]["telegram_payment_charge_id"]
    assert charge_id == paid["charge_id"]
    assert await bot("getMyStarBalance") == {"amount": 5}
    with pytest.raises(PlaygroundError, match="is already paid"):
        await playground.request("POST", path, {"person": ann.id})
    refund = {"user_id": ann.id, "telegram_payment_charge_id": charge_id}
    assert await bot("refundStarPayment", **refund)
    refused = await bot.refused("refundStarPayment", **refund)
    assert refused == "Bad Request: CHARGE_ALREADY_REFUNDED"
    assert await bot("getMyStarBalance") == {"amount": 0}
    came, went = (await bot("getStarTransactions"))["transactions"]
    assert (came["id"], went["id"]) == (charge_id, charge_id)
    assert "refunded_payment" in await query_of(playground, bot, "message")


async def test_an_invoice_behind_a_link_is_paid_by_anybody(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    link = await bot("createInvoiceLink", **BILL)
    assert link.startswith("https://t.me/$")
    for person in (ann, boris):
        paying = asyncio.create_task(person.pay(link))
        query = await query_of(playground, bot, "pre_checkout_query")
        assert (query["from"]["id"], query["invoice_payload"]) == (person.id, "cup-1")
        await bot("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
        assert (await paying)["ok"]
        told = await query_of(playground, bot, "message")
        assert (told["chat"]["id"], told["successful_payment"]["total_amount"]) == (person.id, 5)
    assert await bot("getMyStarBalance") == {"amount": 10}
    with pytest.raises(PlaygroundError, match="is not a link to an invoice"):
        await ann.pay("https://t.me/tea")
    refused = await bot.refused("createInvoiceLink", **(BILL | {"prices": []}))
    assert refused.startswith("Bad Request: ")


async def test_the_bot_may_decline(playground: Playground, bot: BotSide, ann: Person) -> None:
    sent = await bot("sendInvoice", chat_id=ann.id, **BILL)
    path = f"chats/{ann.id}/messages/{sent['message_id']}/pay"
    paying = asyncio.create_task(playground.request("POST", path, {"person": ann.id}))
    query = await query_of(playground, bot, "pre_checkout_query")
    answer = {"pre_checkout_query_id": query["id"], "ok": False}
    refused = await bot.refused("answerPreCheckoutQuery", **answer)
    assert refused == "Bad Request: error message must be non-empty"
    await bot("answerPreCheckoutQuery", **answer, error_message="no tea")
    assert await paying == {"ok": False, "error": "no tea"}


async def test_the_bot_has_ten_seconds(playground: Playground, bot: BotSide, ann: Person) -> None:
    sent = await bot("sendInvoice", chat_id=ann.id, **BILL)
    path = f"chats/{ann.id}/messages/{sent['message_id']}/pay"
    paying = asyncio.create_task(playground.request("POST", path, {"person": ann.id}))
    query = await query_of(playground, bot, "pre_checkout_query")
    playground.clock.advance(10)
    assert not (await paying)["ok"]
    answer = {"pre_checkout_query_id": query["id"], "ok": True}
    assert "query is too old" in await bot.refused("answerPreCheckoutQuery", **answer)


async def test_shipping_is_asked_for(playground: Playground, bot: BotSide, ann: Person) -> None:
    bill = BILL | {"currency": "EUR", "provider_token": "test", "is_flexible": True}
    sent = await bot("sendInvoice", chat_id=ann.id, **bill)
    path = f"chats/{ann.id}/messages/{sent['message_id']}"
    wish = {"person": ann.id, "address": {"country_code": "DE", "city": "Ulm"}}
    asking = asyncio.create_task(playground.request("POST", f"{path}/shipping", wish))
    query = await query_of(playground, bot, "shipping_query")
    assert query["shipping_address"]["city"] == "Ulm"
    option = {"id": "post", "title": "Post", "prices": [{"label": "Post", "amount": 1}]}
    await bot(
        "answerShippingQuery", shipping_query_id=query["id"], ok=True, shipping_options=[option]
    )
    assert (await asking)["shipping_options"] == [option]
    (invoice,) = await ann.messages()
    with pytest.raises(PlaygroundError, match="no shipping option ship"):
        await ann.pay(invoice, shipping_option_id="ship")
    paying = asyncio.create_task(ann.pay(invoice, shipping_option_id="post"))
    query = await query_of(playground, bot, "pre_checkout_query")
    assert (query["shipping_option_id"], query["total_amount"]) == ("post", 6)
    await bot("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert (await paying)["ok"]


async def test_an_invoice_is_paid_once(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    await bot("sendInvoice", chat_id=group.id, **BILL)
    invoice = await ann.receive(group)
    paying = [asyncio.create_task(ann.pay(invoice)) for _ in range(2)]
    await playground.until_pending(2)
    for update in await bot.updates(offset=1):
        query_id = update["pre_checkout_query"]["id"]
        await bot("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    first, second = await asyncio.gather(*paying, return_exceptions=True)
    assert {type(first), type(second)} == {dict, PlaygroundError}
    assert await bot("getMyStarBalance") == {"amount": 5}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"prices": [{"label": "a", "amount": 1}] * 2}, "STARS_INVOICE_INVALID"),
        ({"provider_token": "x"}, "STARS_INVOICE_INVALID"),
        ({"currency": "EUR"}, "PAYMENT_PROVIDER_INVALID"),
        ({"currency": "Euro"}, "CURRENCY_INVALID"),
        ({"payload": "a" * 129}, "INVOICE_PAYLOAD_INVALID"),
        ({"prices": [{"label": "a", "amount": 0}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}},
            "REPLY_MARKUP_BUY_EMPTY",
        ),
    ],
)
async def test_a_bad_invoice_is_refused(
    bot: BotSide, ann: Person, change: Json, refusal: str
) -> None:
    refused = await bot.refused("sendInvoice", chat_id=ann.id, **(BILL | change))
    assert refused == f"Bad Request: {refusal}"


async def test_a_mini_app_gets_signed_data(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    opening = {"person": ann.id, "url": "https://tea.example/app?a=1"}
    opened = await playground.request("POST", "web_app", opening)
    data = safe_parse_webapp_init_data(playground.token, opened["init_data"])
    assert data.user is not None
    assert (data.user.id, data.user.first_name) == (ann.id, "Ann")
    fragment = parse_qs(urlsplit(opened["url"]).fragment)
    assert fragment["tgWebAppData"] == [opened["init_data"]]
    with pytest.raises(ValueError, match="signature"):
        safe_parse_webapp_init_data("123:other", opened["init_data"])
    result = {
        "type": "article",
        "id": "1",
        "title": "Tea",
        "input_message_content": {"message_text": "from the app"},
    }
    answer = {"web_app_query_id": data.query_id, "result": result}
    await bot("answerWebAppQuery", **answer)
    assert (await ann.messages())[-1].text == "from the app"
    assert "query is too old" in await bot.refused("answerWebAppQuery", **answer)
    linked = await ann.open_app("https://tea.example/app?a=1", "link", start_param="cup-1")
    assert safe_parse_webapp_init_data(playground.token, linked["init_data"]).start_param == "cup-1"
    assert parse_qs(urlsplit(linked["url"]).query) == {"a": ["1"], "tgWebAppStartParam": ["cup-1"]}
    assert safe_parse_webapp_init_data(playground.token, linked["init_data"]).query_id is None


async def test_a_mini_app_of_a_reply_button_gets_no_init_data(ann: Person) -> None:
    opened = await ann.open_app("https://tea.example/app", "keyboard")
    assert opened["init_data"] == ""
    assert "tgWebAppData" not in parse_qs(urlsplit(opened["url"]).fragment)


async def test_a_login_is_signed(playground: Playground, ann: Person) -> None:
    login = {"person": ann.id, "url": "https://tea.example/login?a=1"}
    url = urlsplit((await playground.request("POST", "login", login))["url"])
    data = dict(parse_qsl(url.query))
    assert data.pop("a") == "1"
    assert data["id"] == str(ann.id)
    assert check_integrity(playground.token, data)
    assert not check_integrity(playground.token, data | {"id": "5"})


async def test_a_login_can_allow_the_bot_to_write(
    playground: Playground, bot: BotSide, boris: Person
) -> None:
    await boris.log_in("https://tea.example/login")
    assert "initiate" in await bot.refused("sendMessage", chat_id=boris.id, text="tea")
    await boris.log_in("https://tea.example/login", write=True)
    (update,) = await playground.updates()
    assert update["message"]["connected_website"] == "tea.example"
    await bot("sendMessage", chat_id=boris.id, text="tea")
