"""A shop: an order is a dialog of its own with a result, and is delivered at least once.

Without BOT_API_URL it talks to Telegram; the address of a playground stands for that.
"""

import asyncio
import os
from datetime import date
from pathlib import Path
from typing import Any, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message
from aiogram_dialog import ChatEvent, Data, Dialog, DialogManager, StartMode, Window
from aiogram_dialog.widgets.input import ManagedTextInput, TextInput
from aiogram_dialog.widgets.kbd import (
    Calendar,
    ManagedCalendar,
    ManagedMultiselect,
    Multiselect,
    Next,
    Start,
)
from aiogram_dialog.widgets.text import Const, Format

from durable_dialogs import DurableDialogs, unit_of_work

ORDERS = Path("orders")

router = Router()


class Shop(StatesGroup):
    menu = State()


class Order(StatesGroup):
    goods = State()
    day = State()
    name = State()


async def note_day(
    _press: ChatEvent, _calendar: ManagedCalendar, manager: DialogManager, day: date
) -> None:
    manager.dialog_data["day"] = day.isoformat()
    await manager.next()


async def buy(
    message: Message, _input: ManagedTextInput[str], manager: DialogManager, name: str
) -> None:
    goods = cast("ManagedMultiselect[str]", manager.find("goods")).get_checked()
    order = f"{name}: {' and '.join(sorted(goods))} on {manager.dialog_data['day']}"
    # An order that is delivered twice is recognised by its id. The dialog's own id is not enough:
    # aiogram-dialog gives one in a hundred dialogs of the same second, in other chats, the same.
    number = f"{message.chat.id}:{manager.current_context().id}"
    unit_of_work(manager).deliver(f"order:{number}", order)
    await manager.done(result=len(goods))


async def count(_start: Data, result: int | None, manager: DialogManager) -> None:
    manager.dialog_data["bought"] = manager.dialog_data.get("bought", 0) + (result or 0)


async def get_bought(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    return {"bought": dialog_manager.dialog_data.get("bought", 0)}


shop = Dialog(
    Window(
        Format("Bought: {bought}"),
        Start(Const("Order"), id="order", state=Order.goods),
        state=Shop.menu,
        getter=get_bought,
    ),
    on_process_result=count,
)
ordering = Dialog(
    Window(
        Const("What?"),
        Multiselect(Format("✓ {item}"), Format("{item}"), "goods", str, ["Tea", "Cake", "Jam"]),
        Next(Const("Next")),
        state=Order.goods,
    ),
    Window(Const("When?"), Calendar(id="day", on_click=note_day), state=Order.day),
    Window(Const("For whom?"), TextInput("name", on_success=buy), state=Order.name),
)


@router.message(CommandStart())
async def start(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(Shop.menu, mode=StartMode.RESET_STACK)


def save(line: str) -> None:
    orders = ORDERS.read_text().splitlines() if ORDERS.exists() else []
    if line not in orders:
        ORDERS.write_text("".join(f"{order}\n" for order in [*orders, line]))


async def deliver(entry: str, order: str) -> None:
    save(f"{entry} {order}")  # perhaps for the second time


async def main() -> None:
    url = os.environ.get("BOT_API_URL")
    api = TelegramAPIServer.from_base(url) if url else PRODUCTION
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    dialogs = DurableDialogs(
        bot, redis_url=os.environ.get("REDIS_URL"), prefix="shop", deliver=deliver
    )
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(router, shop, ordering)
    dialogs.setup(dispatcher)
    await dialogs.start_polling()


if __name__ == "__main__":
    asyncio.run(main())
