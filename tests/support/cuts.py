"""Checks that the bot's connection survives servers that close idle connections."""

import asyncio
from contextlib import AsyncExitStack

from durable_dialogs.redis.address import parse
from durable_dialogs.redis.connection import connect
from tests.support.servers import Server

AT_ONCE = 30
"""Commands that are sent at once, so that several connections are open to each server."""


async def goes_on_after_cuts(url: str, *servers: Server) -> None:
    """Have servers close the connections of a client, and see that its commands still work."""
    async with AsyncExitStack() as parts:
        redis, batch = connect(parse(url), 0, parts)
        keys = [f"tally:{number}" for number in range(AT_ONCE)]
        assert await redis.ping()
        await asyncio.gather(*(redis.set(key, key) for key in keys))
        await asyncio.gather(*(batch.send("SET", key, key) for key in keys))
        cut = [await server.ask("CLIENT", "KILL", "TYPE", "normal") for server in servers]
        assert cut[-1] > 1
        values = await asyncio.gather(*(redis.get(key) for key in keys))
        assert values == [key.encode() for key in keys]
        assert await asyncio.gather(*(batch.send("GET", key) for key in keys)) == values
