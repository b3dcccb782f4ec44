"""The HTTP server."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.log import server_logger


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, finish: float, shared: bool = False
) -> AsyncIterator[int]:
    """Serve meanwhile.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port, 0 for any that is free.
        finish: Seconds that requests under way have at the end.
        shared: Whether other processes may listen at the same port (SO_REUSEPORT, socket(7)),
            so that connections are dealt out among them.

    Yields:
        The port.

    Raises:
        OSError: The port can't be had.
    """
    server_logger.addFilter(_is_fault_of_ours)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=finish)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_port=shared or None).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _is_fault_of_ours(record: logging.LogRecord) -> bool:
    """Leave out requests that are no HTTP: the internet is full of them, and they are quoted."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
