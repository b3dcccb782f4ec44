"""Connects to addresses with which the bot must not start."""

from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr

from app.connections import open_redis
from app.settings import Settings
from ops.errors import OperatorError
from tests.support.servers import PASSWORD

BEGIN = "REDIS_URL: Redis can't be reached: "


async def refusal(url: str) -> str:
    """Connect, which must fail; give the error line that the operator reads, after `BEGIN`."""
    settings = Settings(_env_file=None, redis_url=SecretStr(url))
    async with AsyncExitStack() as parts:
        with pytest.raises(OperatorError) as caught:
            await open_redis(settings, parts)
    line = str(caught.value)
    assert "\n" not in line
    assert PASSWORD not in line
    return line.removeprefix(BEGIN)
