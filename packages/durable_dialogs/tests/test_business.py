"""Dialogs in business connections: the bot answers customers in the name of a person.

The playground knows no business connections. So updates are fed as Telegram would send them, and
the playground answers the calls with what Telegram would.
"""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import orjson
import pytest
from aiogram import Dispatcher, Router
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message, Update
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode, Window
from aiogram_dialog.widgets.kbd import Button
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import DurableDialogs, Outcome
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_support.running import make_bot
from telegram_playground import Playground

LONG = 60
CUSTOMER = {"id": 7, "is_bot": False, "first_name": "Ann"}
CHAT = {"id": 7, "type": "private", "first_name": "Ann"}
SHOP, CAFE = "shop", "cafe"
"""Two connections, of two people whom the same customer writes to."""
OTHER = "7654321:other"
"""The token of a second bot."""


class Order(StatesGroup):
    """A counter for customers."""

    cups = State()


class Customer:
    """Somebody who writes to the people whom a bot answers for.

    Args:
        playground: Telegram.
        redis_url: The address of Redis.
    """

    def __init__(self, playground: Playground, redis_url: str) -> None:
        self._ids = count(100)
        self.bot = make_bot(playground)
        self.dialogs = DurableDialogs(self.bot, redis_url=redis_url)
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(*_make_routers())
        self.dialogs.setup(self._dispatcher)

    async def write(self, connection: str, text: str = "Hi") -> Outcome:
        """Write to the person of a connection."""
        return await self._feed(
            "business_message", {**_message(next(self._ids), connection), "text": text}
        )

    async def press(self, connection: str, shown: dict[str, Any]) -> Outcome:
        """Press the button of a message."""
        (row,) = shown["reply_markup"]["inline_keyboard"]
        message = {**_message(shown["message_id"], connection), "text": "Cups", **shown}
        return await self._feed(
            "callback_query",
            {
                "id": str(next(self._ids)),
                "from": CUSTOMER,
                "chat_instance": "1",
                "message": message,
                "data": row[0]["callback_data"],
            },
        )

    async def _feed(self, kind: str, content: dict[str, Any]) -> Outcome:
        update = Update.model_validate(
            {"update_id": next(self._ids), kind: content}, context={"bot": self.bot}
        )
        outcome = await self._dispatcher.feed_update(self.bot, update)
        assert isinstance(outcome, Outcome)
        return outcome


def _message(message_id: int, connection: str) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "date": 1_760_000_000,
        "chat": CHAT,
        "from": CUSTOMER,
        "business_connection_id": connection,
    }


def _make_routers() -> list[Router]:
    router = Router()

    @router.business_message()
    async def begin(message: Message, dialog_manager: DialogManager) -> None:
        if message.text == "fail":
            raise LookupError("on purpose")
        # aiogram-dialog would edit the former message in a business connection.
        mode, show = StartMode.RESET_STACK, ShowMode.SEND
        await dialog_manager.start(Order.cups, mode=mode, show_mode=show)

    async def add(_press: object, _button: Button, manager: DialogManager) -> None:
        manager.dialog_data["cups"] = manager.dialog_data.get("cups", 0) + 1
        await manager.bg().update({"noted": manager.dialog_data["cups"]})

    async def get(dialog_manager: DialogManager, **_: object) -> dict[str, int]:
        data = dialog_manager.dialog_data
        return {"cups": data.get("cups", 0), "noted": data.get("noted", 0)}

    window = Window(
        Format("Cups: {cups}, noted: {noted}"),
        Button(Const("+1"), "add", add),
        state=Order.cups,
        getter=get,
    )
    return [router, Dialog(window)]


async def answer_sent(playground: Playground, message_id: int) -> None:
    """Have Telegram answer the next message with an id, and edits of any."""
    body = orjson.dumps({"ok": True, "result": _message(message_id, SHOP)}).decode()
    await playground.trouble(
        "answer", method="sendMessage", done=False, status=200, body=body, times=1
    )


async def until_called(
    playground: Playground, method: str, business: str, text: str
) -> dict[str, Any]:
    """Wait until the bot has shown a text in a connection; return what it has sent."""
    async with asyncio.timeout(LONG):
        while True:
            for call in await playground.calls(method):
                params = call.params
                if (params.get("business_connection_id"), params["text"]) == (business, text):
                    return params
            await asyncio.sleep(0.02)


@pytest.fixture
async def customer(playground: Playground, valkey: EmbeddedValkey) -> AsyncIterator[Customer]:
    """Run a bot; give its customer."""
    customer = Customer(playground, valkey.url)
    edited = orjson.dumps({"ok": True, "result": True}).decode()
    for method in ("editMessageText", "editMessageReplyMarkup", "answerCallbackQuery"):
        await playground.trouble("answer", method=method, done=False, status=200, body=edited)
    async with customer.dialogs:
        yield customer


async def test_a_press_finds_the_dialog_of_its_connection(
    playground: Playground, customer: Customer
) -> None:
    shown = {}
    for message_id, connection in ((501, SHOP), (502, CAFE)):
        await answer_sent(playground, message_id)
        assert await customer.write(connection) is Outcome.DONE
        sent = await until_called(playground, "sendMessage", connection, "Cups: 0, noted: 0")
        shown[connection] = {"message_id": message_id, "reply_markup": sent["reply_markup"]}
    for connection, cups in ((SHOP, 1), (SHOP, 2), (CAFE, 1)):
        assert await customer.press(connection, shown[connection]) is Outcome.DONE
        text = f"Cups: {cups}, noted: {cups}"
        edited = await until_called(playground, "editMessageText", connection, text)
        assert int(edited["message_id"]) == shown[connection]["message_id"]
    assert len(await playground.calls("sendMessage")) == 2


async def test_a_button_of_a_window_that_is_gone_is_taken_off_in_its_connection(
    playground: Playground, customer: Customer
) -> None:
    shown: dict[int, dict[str, Any]] = {}
    for message_id in (501, 502):
        await answer_sent(playground, message_id)
        await customer.write(SHOP)
        async with asyncio.timeout(LONG):
            while len(calls := await playground.calls("sendMessage")) <= len(shown):
                await asyncio.sleep(0.02)
        shown[message_id] = {
            "message_id": message_id,
            "reply_markup": calls[-1].params["reply_markup"],
        }
    assert await customer.press(SHOP, shown[501]) is Outcome.REFUSED
    async with asyncio.timeout(LONG):
        # First the new window has done so, and then the press does again.
        while await _times_taken_off(playground, 501) < 2:
            await asyncio.sleep(0.02)
    assert await _times_taken_off(playground, 502) == 0


async def _times_taken_off(playground: Playground, message_id: int) -> int:
    """Return how often the bot has taken the buttons off a message of the connection."""
    calls = [call.params for call in await playground.calls("editMessageReplyMarkup")]
    return sum(
        int(params["message_id"]) == message_id and params.get("business_connection_id") == SHOP
        for params in calls
    )


async def test_a_customer_learns_that_something_went_wrong(
    playground: Playground, customer: Customer
) -> None:
    await answer_sent(playground, 501)
    assert await customer.write(SHOP, "fail") is Outcome.FAILED
    wrong = "Something went wrong, and nothing has changed."
    await until_called(playground, "sendMessage", SHOP, wrong)


async def test_bots_of_several_dispatchers_have_connections_of_their_own(
    playground: Playground, valkey: EmbeddedValkey, customer: Customer
) -> None:
    async with Playground(OTHER) as other:
        second = Customer(other, valkey.url)
        async with second.dialogs:
            for telegram, each in ((playground, customer), (other, second)):
                await answer_sent(telegram, 501)
                await each.write(SHOP)
                await until_called(telegram, "sendMessage", SHOP, "Cups: 0, noted: 0")
