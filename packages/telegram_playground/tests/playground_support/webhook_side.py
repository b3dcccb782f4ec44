"""A bot with a webhook: its address, and its answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Respond = Callable[[Json], Awaitable[web.Response]]


async def accept(_update: Json) -> web.Response:
    """Answer 200 without a call."""
    return web.Response()


class WebhookSide:
    """The bot's web server.

    Args:
        url: Its address.

    Attributes:
        respond: What it does with an update.
        requests: Headers and updates that came in, in order.
    """

    def __init__(self) -> None:
        self.url = ""
        self.respond: Respond = accept
        self.requests: asyncio.Queue[tuple[Json, Json]] = asyncio.Queue()

    async def next(self) -> Json:
        """Wait for the next update."""
        return (await asyncio.wait_for(self.requests.get(), 5))[1]

    async def handle(self, request: web.Request) -> web.Response:
        """Take an update."""
        update = await request.json()
        self.requests.put_nowait((dict(request.headers), update))
        return await self.respond(update)


@asynccontextmanager
async def webhook_side() -> AsyncIterator[WebhookSide]:
    """Run a bot's web server on a free port."""
    side = WebhookSide()
    app = web.Application()
    app.router.add_post("/hook", side.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        side.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield side
    finally:
        await runner.cleanup()
