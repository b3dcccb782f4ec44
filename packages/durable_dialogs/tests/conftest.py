"""A Valkey for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Playground


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    """Return a Valkey of this test alone."""
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    yield valkey
    await valkey.stop()


@pytest.fixture
async def redis(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    """Return a connection to a Valkey of this test alone."""
    async with Redis.from_url(valkey.url) as connection:
        yield connection


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """Return a playground of this test alone."""
    async with Playground() as playground:
        yield playground
