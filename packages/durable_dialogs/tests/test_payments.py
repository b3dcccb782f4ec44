"""A payment has happened: it is not refused, and what can't be done with it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F, Router
from aiogram.types import Message, Update
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from durable_dialogs import DurableDialogs, Hooks
from durable_dialogs.intake import intake
from durable_dialogs.intake.webhook import HEADER
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import make_bot
from telegram_playground import Playground

SECRET = "sesame"
"""What Telegram sends with each update."""
BILL = {
    "currency": "XTR",
    "total_amount": 10,
    "invoice_payload": "tea",
    "telegram_payment_charge_id": "charge",
    "provider_payment_charge_id": "",
}


NO_HOOKS = Hooks()


def paid(person: int, **parts: object) -> dict[str, Any]:
    """Make an update of a payment, with further parts of its message."""
    message = {
        "message_id": 9,
        "date": 1_760_000_000,
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "is_bot": False, "first_name": "Ann"},
        "successful_payment": BILL,
        **parts,
    }
    return {"update_id": 99, "message": message}


@asynccontextmanager
async def posting(
    router: Router,
    bot: Bot,
    valkey: EmbeddedValkey,
    update: dict[str, Any],
    hooks: Hooks = NO_HOOKS,
) -> AsyncIterator[DurableDialogs]:
    """Run a bot by webhook and post an update to it."""
    dialogs = DurableDialogs(bot, redis_url=valkey.url, hooks=hooks)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_router(router)
    dialogs.setup(dispatcher)
    app = web.Application()
    app.router.add_post("/webhook", dialogs.webhook(secret=SECRET))
    app.cleanup_ctx.append(dialogs.lifespan)
    async with TestServer(app) as server, ClientSession() as client:
        url = str(server.make_url("/webhook"))
        headers = {HEADER: SECRET}
        async with client.post(url, data=json.dumps(update), headers=headers) as response:
            assert response.status == web.HTTPOk.status_code
        yield dialogs


def test_payments_and_refunds_must_not_be_refused() -> None:
    hook = Hooks().must_not_be_refused
    assert hook(Update.model_validate(paid(5)))
    refund = {name: BILL[name] for name in BILL if name != "provider_payment_charge_id"}
    message = paid(5)["message"] | {"successful_payment": None, "refunded_payment": refund}
    assert hook(Update.model_validate({"update_id": 1, "message": message}))
    message = paid(5)["message"] | {"successful_payment": None, "text": "Hi"}
    assert not hook(Update.model_validate({"update_id": 1, "message": message}))


@pytest.mark.parametrize("part", ["reply_to_message", "from"])
async def test_a_payment_is_handled_although_another_part_can_not_be_read(
    playground: Playground, valkey: EmbeddedValkey, part: str
) -> None:
    ann = await playground.person("Ann")
    handled = asyncio.Event()
    router = Router()

    @router.message(F.successful_payment.invoice_payload == "tea")
    async def thank(message: Message) -> None:
        assert message.chat.id == ann.id
        handled.set()

    bot = make_bot(playground)
    async with posting(router, bot, valkey, paid(ann.id, **{part: 7})) as dialogs:
        assert handled.is_set()
        assert await dialogs.quarantine(bot).entries() == []


async def test_a_payment_of_which_only_the_bill_can_be_read_is_its_person_s(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    ann = await playground.person("Ann")
    handled = asyncio.Event()
    router = Router()

    @router.message(F.successful_payment.invoice_payload == "tea")
    async def thank(message: Message) -> None:
        assert (message.chat.id, message.from_user and message.from_user.id) == (ann.id, ann.id)
        handled.set()

    bot, hooks = make_bot(playground), Hooks(payer_of={"tea": ann.id}.get)
    update = paid(ann.id, **{"from": 7, "chat": 7})
    async with posting(router, bot, valkey, update, hooks) as dialogs:
        assert handled.is_set()
        assert await dialogs.quarantine(bot).entries() == []


async def test_unreadable_updates_of_a_kind_that_the_bot_discards_are_not_kept(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    discarded: list[object] = []

    async def discard(content: object) -> None:
        discarded.append(content)

    router = Router()
    router.chat_member.register(discard)
    bot, hooks = make_bot(playground), Hooks(discards={"chat_member": discard})
    update = {"update_id": 1, "chat_member": {"chat": 7}}
    async with posting(router, bot, valkey, update, hooks) as dialogs:
        assert await dialogs.quarantine(bot).entries() == []
    assert discarded == [{"chat": 7}]


async def test_a_payment_that_failed_is_kept_and_done_when_the_operator_asks(
    playground: Playground, valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PERIOD", 0.05)
    ann = await playground.person("Ann")
    await ann.send("/start")  # else the bot may not write to her
    is_broken = True
    router = Router()

    @router.message(F.successful_payment)
    async def thank(message: Message) -> None:
        if is_broken:
            raise LookupError("on purpose")
        await message.answer("Thank you")

    bot = make_bot(playground)
    async with posting(router, bot, valkey, paid(ann.id)) as dialogs:
        told = await ann.receive(timeout=30)
        assert (
            told.text == "Something went wrong, but the payment is noted and will be looked into."
        )
        quarantine = dialogs.quarantine(bot)
        (entry,) = await quarantine.entries()
        assert (entry.kind, entry.why) == ("message", "message.successful_payment failed")
        is_broken = False
        await quarantine.ask_again([entry.name])
        assert (await ann.receive(timeout=30)).text == "Thank you"
        async with asyncio.timeout(30):
            while await quarantine.entries():
                await asyncio.sleep(0.01)
    with pytest.raises(RuntimeError, match="running"):
        dialogs.quarantine(bot)
