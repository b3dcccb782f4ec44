"""The HTTP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, finish: float
) -> AsyncIterator[int]:
    """Serve meanwhile.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port, 0 for any that is free.
        finish: Seconds that requests under way have at the end.

    Yields:
        The port.

    Raises:
        OSError: The port can't be had.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=finish)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
