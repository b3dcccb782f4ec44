"""Runs a bot with durable dialogs in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from typing_extensions import Unpack

from durable_dialogs import DurableDialogs
from durable_dialogs.options import Options
from telegram_playground import Playground


def make_bot(playground: Playground) -> Bot:
    """Make a bot as aiogram's documentation does."""
    server = TelegramAPIServer.from_base(playground.url)
    return Bot(playground.token, session=AiohttpSession(api=server))


@asynccontextmanager
async def polling(
    playground: Playground, *routers: Router, **options: Unpack[Options]
) -> AsyncIterator[DurableDialogs]:
    """Poll for a bot on the playground.

    Args:
        playground: The playground.
        routers: The bot's routers and dialogs.
        options: Options of `DurableDialogs`.
    """
    dialogs = DurableDialogs(make_bot(playground), **options)
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.include_routers(*routers)
    dialogs.setup(dispatcher)
    task = asyncio.create_task(dialogs.start_polling(handle_signals=False))
    try:
        yield dialogs
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
