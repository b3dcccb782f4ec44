"""Fixtures: a playground for each test, persons, a group, the bot's side, a browser."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide
from playground_support.chromium import Browser, chromium
from playground_support.tiers import leave_out
from playground_support.webhook_side import WebhookSide, webhook_side
from telegram_playground import Group, Person, Playground


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip thorough tests unless all tests run."""
    leave_out(items)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give the browser that all tests share; each test has its own profiles."""
    async with chromium() as shared:
        yield shared


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """Give an empty playground."""
    async with Playground("123:abc", username="tea_bot") as own:
        yield own


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[BotSide]:
    """Give the bot's side."""
    async with ClientSession() as session:
        yield BotSide(playground, session)


@pytest.fixture
async def hook() -> AsyncIterator[WebhookSide]:
    """Give the bot's web server."""
    async with webhook_side() as side:
        yield side


@pytest.fixture
async def ann(playground: Playground) -> Person:
    """Give a person who has started the bot, without an update for it."""
    person = await playground.person("Ann", language_code="en")
    await person.change(standing="started")
    return person


@pytest.fixture
async def boris(playground: Playground) -> Person:
    """Give a person who has not started the bot."""
    return await playground.person("Boris", username="boris", language_code="ru")


@pytest.fixture
async def group(playground: Playground, ann: Person, boris: Person) -> Group:
    """Give a supergroup that Ann owns, with Boris and the bot as members."""
    return await playground.group("Friends", creator=ann, members=[boris])
