"""A load balancer between Telegram and several workers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

from aiohttp import ClientError, ClientSession, ClientTimeout, hdrs, web

PATIENCE = 2.0
"""Default of the seconds that a worker has to answer. After them the balancer answers 502, and
Telegram posts the update again."""


@asynccontextmanager
async def balancing(*workers: str, patience: float = PATIENCE) -> AsyncIterator[str]:
    """Run a balancer that passes requests on to workers in turn; give the address to post to.

    Args:
        workers: The workers' addresses.
        patience: Seconds that a worker has for its answer.
    """
    targets = cycle(workers)

    async def pass_on(request: web.Request) -> web.Response:
        url = next(targets) + request.path
        headers = {name: value for name, value in request.headers.items() if name != hdrs.HOST}
        try:
            async with session.post(url, data=await request.read(), headers=headers) as answer:
                return web.Response(
                    status=answer.status,
                    body=await answer.read(),
                    content_type=answer.content_type,
                )
        except (TimeoutError, ClientError):
            return web.Response(status=web.HTTPBadGateway.status_code)

    app = web.Application()
    app.router.add_post("/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    async with ClientSession(timeout=ClientTimeout(total=patience)) as session:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
