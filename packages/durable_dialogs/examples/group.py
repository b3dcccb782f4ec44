"""A ballot in a group: everybody may use the window, and each vote counts once.

Without BOT_API_URL it talks to Telegram; the address of a playground stands for that.
"""

import asyncio
import os
from typing import Any, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, StartMode, SubManager, Window
from aiogram_dialog.api.entities import AccessSettings
from aiogram_dialog.widgets.kbd import Button, Counter, ListGroup, Row
from aiogram_dialog.widgets.text import Format

from durable_dialogs import DurableDialogs, unit_of_work

CHOICES = ["Tea", "Cake"]

router = Router()


class Ballot(StatesGroup):
    votes = State()


async def vote(_press: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    name = cast("SubManager", manager).item_id
    votes = manager.dialog_data.setdefault("votes", {})
    votes[name] = votes.get(name, 0) + 1
    unit_of_work(manager).answer(f"{name}: {votes[name]}")
    # An update of its own, after this one.
    await manager.bg().update({"leader": max(votes, key=votes.__getitem__)})


async def get_votes(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    votes = dialog_manager.dialog_data.get("votes", {})
    return {
        "choices": [(name, votes.get(name, 0)) for name in CHOICES],
        "total": sum(votes.values()),
        "leader": dialog_manager.dialog_data.get("leader", "nobody"),
    }


ballot = Dialog(
    Window(
        Format("Votes: {total}, ahead: {leader}"),
        ListGroup(
            Row(
                Button(Format("{item[0]}"), id="vote", on_click=vote),
                Counter(id="weight", default=1),
            ),
            id="choices",
            item_id_getter=lambda item: item[0],
            items="choices",
        ),
        state=Ballot.votes,
        getter=get_votes,
    )
)


@router.message(CommandStart())
async def start(_message: Message, dialog_manager: DialogManager) -> None:
    await dialog_manager.start(
        Ballot.votes, mode=StartMode.RESET_STACK, access_settings=AccessSettings(user_ids=[])
    )


async def main() -> None:
    url = os.environ.get("BOT_API_URL")
    api = TelegramAPIServer.from_base(url) if url else PRODUCTION
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=api))
    dialogs = DurableDialogs(bot, redis_url=os.environ.get("REDIS_URL"), prefix="ballot")
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(router, ballot)
    dialogs.setup(dispatcher)
    await dialogs.start_polling()


if __name__ == "__main__":
    asyncio.run(main())
