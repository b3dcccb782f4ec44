"""Two processes of the bot that share Redis and the database, behind a balancer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Playground
from tests.app.test_webhook import HEADER
from tests.support.balancer import PATIENCE, balancing
from tests.support.holding import Gate, holding
from tests.support.ports import free_port
from tests.support.tally import Tally

SECRET = "open-sesame"


@dataclass(frozen=True, slots=True)
class Worker:
    """One of the processes.

    Attributes:
        tally: The process.
        url: The address of its web server.
        gate: The proxy before its Redis.
    """

    tally: Tally
    url: str
    gate: Gate

    async def post(self, update: dict[str, Any]) -> dict[str, Any]:
        """Post an update as Telegram does; give the call in the response, {} if there is none."""
        headers = {HEADER: SECRET}
        async with (
            ClientSession(headers=headers) as session,
            session.post(self.url + "/webhook", json=update) as answer,
        ):
            assert answer.status == 200
            call: dict[str, Any] = await answer.json() if answer.content_length else {}
            return call


Workers = tuple[Worker, Worker]


@asynccontextmanager
async def two_workers(
    playground: Playground, folder: Path, **settings: str
) -> AsyncIterator[Workers]:
    """Run two workers behind a balancer, to which Telegram posts the updates.

    Args:
        playground: Their Telegram.
        folder: The folder for their data.
        **settings: Further settings of both. By default neither passes updates on, so both of them
            carry out updates of one chat at the same time.
    """
    settings = {"WORKER_PEERS": "off", **settings}
    valkey = EmbeddedValkey(folder / "valkey")
    async with AsyncExitStack() as stack:
        await valkey.start()
        stack.push_async_callback(valkey.stop)
        socket = valkey.url.removeprefix("unix://")
        gates = [await stack.enter_async_context(holding(socket)) for _ in range(2)]
        urls = [gate.url for gate in gates]
        started = working(playground, folder, urls, patience=PATIENCE, **settings)
        pair = await stack.enter_async_context(started)
        one, two = [
            Worker(tally, address, gate) for (tally, address), gate in zip(pair, gates, strict=True)
        ]
        yield one, two


@asynccontextmanager
async def working(
    playground: Playground,
    folder: Path,
    redis_urls: list[str],
    *,
    patience: float = PATIENCE,
    **settings: str,
) -> AsyncIterator[list[tuple[Tally, str]]]:
    """Run workers behind a balancer; give each worker and the address of its web server.

    Args:
        playground: Their Telegram.
        folder: The folder for their data.
        redis_urls: The REDIS_URL of each worker.
        patience: Seconds that a worker has to answer the balancer.
        **settings: Further settings.
    """
    ports = [free_port() for _ in redis_urls]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    database = f"sqlite+aiosqlite:///{folder / '0' / 'data' / 'tally.db'}"
    tallies = []
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(balancing(*urls, patience=patience))
        for number, (port, redis_url) in enumerate(zip(ports, redis_urls, strict=True)):
            data = folder / str(number) / "data"
            data.parent.mkdir()
            common = {"DATABASE_URL": database, **settings}
            tally = Tally.on(
                playground,
                data,
                REDIS_URL=redis_url,
                WEBHOOK_URL=address,
                WEBHOOK_SECRET=SECRET,
                WEB_PORT=str(port),
                **common,
            )
            stack.push_async_callback(tally.clean_up)
            tallies.append(tally)
        await asyncio.gather(*(tally.start() for tally in tallies))
        for tally in tallies:
            await tally.until_logged("webhook_set", "webhook_unchanged")
        yield list(zip(tallies, urls, strict=True))
