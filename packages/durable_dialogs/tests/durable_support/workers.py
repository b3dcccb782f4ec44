"""Two workers of a bot by webhook, behind a balancer."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, hdrs, web

from durable_support.examples import Example
from durable_support.running import make_bot
from telegram_playground import Playground

WORKER = Path(__file__).with_name("worker.py")
SECRET = "sesame"
START = 180
"""Seconds that a start may take on a busy machine."""
PATIENCE = 5.0
"""Seconds that a worker has to answer; after them Telegram posts the update again."""


class Worker(Example):
    """A worker that takes updates at a port.

    Args:
        port: The port.
        playground: The playground.
        folder: The folder that it works in.
        surroundings: Variables of its environment.
    """

    def __init__(
        self, port: int, playground: Playground, folder: Path, **surroundings: str
    ) -> None:
        told = {"PORT": str(port), "SECRET": SECRET, **surroundings}
        super().__init__(WORKER, playground, folder, **told)
        self._port = port

    async def start(self) -> None:
        """Start the process and wait until it takes updates."""
        await super().start()
        async with asyncio.timeout(START):
            while not await self._listens():
                await asyncio.sleep(0.05)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True


@asynccontextmanager
async def balancing(ports: Sequence[int]) -> AsyncIterator[str]:
    """Pass requests on to workers in turn, and to the next if one refuses the connection.

    Args:
        ports: The workers' ports.

    Yields:
        The address to post to.
    """
    turns = count()

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name != hdrs.HOST}
        turn = next(turns)
        for number in range(len(ports)):
            port = ports[(turn + number) % len(ports)]
            url = f"http://127.0.0.1:{port}{request.path}"
            try:
                async with session.post(url, data=body, headers=headers) as answer:
                    content = await answer.read()
                    return web.Response(
                        status=answer.status, body=content, content_type=answer.content_type
                    )
            except ClientConnectorError:
                continue
            except (TimeoutError, ClientError):
                break
        return web.Response(status=web.HTTPBadGateway.status_code)

    app = web.Application()
    app.router.add_post("/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as session:
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def two_workers(
    path: Path, playground: Playground, redis_url: str, folder: Path
) -> AsyncIterator[list[Worker]]:
    """Run two workers of a bot, each in a folder of its own, and set the webhook.

    Args:
        path: The file with the bot's routers and dialogs, and perhaps `deliver`.
        playground: The playground.
        redis_url: The address of Redis.
        folder: Where the workers' folders are made.
    """
    ports = [_free_port() for _ in range(2)]
    workers = [
        Worker(port, playground, folder / str(port), REDIS_URL=redis_url, EXAMPLE=str(path))
        for port in ports
    ]
    async with AsyncExitStack() as parts:
        for worker in workers:
            worker.folder.mkdir()
            parts.push_async_callback(worker.stop)
        await asyncio.gather(*(worker.start() for worker in workers))
        url = await parts.enter_async_context(balancing(ports))
        async with make_bot(playground) as bot:
            await bot.set_webhook(f"{url}/webhook", secret_token=SECRET)
        yield workers


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
