"""Fixtures: a bot that answers, and a reader of the page."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from playground_support.chromium import Browser, Reader, reading
from playground_support.page.bot import running_bot
from telegram_playground import Person, Playground


@pytest.fixture
async def slow(playground: Playground) -> AsyncIterator[asyncio.Event]:
    """Run the bot; give the event that its `Slow` buttons wait for."""
    event = asyncio.Event()
    async with running_bot(playground, event):
        yield event


@pytest.fixture
async def reader(
    browser: Browser,
    playground: Playground,
    ann: Person,  # noqa: ARG001 - somebody to play
    slow: asyncio.Event,  # noqa: ARG001 - the bot
) -> AsyncIterator[Reader]:
    """Give a reader who plays Ann and has opened her chat with the bot."""
    async with reading(browser, playground.url) as own:
        await own.page.locator("#chats button").first.click()
        yield own
