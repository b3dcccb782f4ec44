"""A Valkey for each test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    """Return a connection to a Valkey of this test alone."""
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with Redis.from_url(valkey.url) as connection:
        yield connection
    await valkey.stop()
