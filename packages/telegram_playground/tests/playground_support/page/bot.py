"""A small bot that uses every feature that the page shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand

from playground_support.page.bot_buttons import buttons
from playground_support.page.bot_keyboards import keyboards, shares
from playground_support.page.bot_offers import offers
from playground_support.page.bot_polls import polls
from playground_support.page.bot_texts import replies, texts
from telegram_playground import Playground

COMMANDS = {
    "start": "Begin",
    "count": "A counter",
    "keys": "A reply keyboard",
    "format": "Formatted texts",
}


@asynccontextmanager
async def running_bot(playground: Playground, slow: asyncio.Event) -> AsyncIterator[Bot]:
    """Run the bot by polling.

    Args:
        playground: Where.
        slow: What the presses of its Slow buttons wait for.
    """
    api = TelegramAPIServer.from_base(playground.url)
    own = Dispatcher()
    own.include_routers(texts(), offers(slow), keyboards(), shares(), polls())
    own.include_routers(buttons(slow), replies())
    async with Bot(playground.token, session=AiohttpSession(api=api)) as bot:
        await bot.set_my_commands(
            [BotCommand(command=name, description=text) for name, text in COMMANDS.items()]
        )
        await bot.set_my_commands(
            [BotCommand(command="count", description="Счётчик")], language_code="ru"
        )
        polling = asyncio.create_task(own.start_polling(bot, handle_signals=False))
        try:
            yield bot
        finally:
            slow.set()
            with suppress(RuntimeError):  # polling has not started yet
                await own.stop_polling()
            await polling
