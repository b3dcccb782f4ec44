"""The HTTP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from web.webhook import LIMIT


def make_app() -> web.Application:
    """Make the application, empty."""
    return web.Application(client_max_size=LIMIT)


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, finish: float
) -> AsyncIterator[None]:
    """Serve meanwhile.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port.
        finish: Seconds that requests under way have at the end.

    Raises:
        OSError: The port can't be had.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=finish)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
