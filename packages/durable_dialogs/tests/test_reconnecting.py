"""A connection that breaks at the moment in which the client writes a command to it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from redis.exceptions import ConnectionError as RedisConnectionError

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_dialogs.redis.reconnecting import ReconnectingSocket


async def write_to_a_closed_connection(path: str) -> None:
    """Write to a connection that was open when the client checked it."""
    connection = ReconnectingSocket(path=path)
    await connection.connect()  # type: ignore[no-untyped-call]
    assert not connection.should_reconnect()
    writer = connection._writer  # noqa: SLF001 - the test closes it
    assert writer
    writer.transport.abort()
    await asyncio.sleep(0)
    assert connection.should_reconnect()
    with pytest.raises(RedisConnectionError):
        await connection.send_command("PING")
    assert not connection.is_connected


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
async def test_a_write_to_a_closed_connection_raises_a_connection_error(
    run: Callable[[Coroutine[Any, Any, None]], None], tmp_path: Path
) -> None:
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    try:
        path = valkey.url.removeprefix("unix://")
        await asyncio.to_thread(lambda: run(write_to_a_closed_connection(path)))
    finally:
        await valkey.stop()
