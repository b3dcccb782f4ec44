"""Two processes of the bot that share Redis and the database, behind a balancer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from fsm.valkey import EmbeddedValkey
from playground import Playground
from tests.balancer import balancing
from tests.holding import Gate, holding
from tests.ports import free_port
from tests.tally import Tally
from tests.test_webhook import HEADER

SECRET = "open-sesame"


@dataclass(frozen=True, slots=True)
class Worker:
    """One of the processes.

    Attributes:
        tally: The process.
        url: Where it takes updates.
        gate: Its way to Redis.
    """

    tally: Tally
    url: str
    gate: Gate

    async def post(self, update: dict[str, Any]) -> dict[str, Any]:
        """Post an update as Telegram does; give the call that the answer carries, if any."""
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
async def two_workers(playground: Playground, folder: Path) -> AsyncIterator[Workers]:
    """Run two workers, of which Telegram knows the balancer's address alone.

    Args:
        playground: Their Telegram.
        folder: Where they keep what they share.
    """
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    valkey = EmbeddedValkey(folder / "valkey")
    async with AsyncExitStack() as stack:
        await valkey.start()
        stack.push_async_callback(valkey.stop)
        address = await stack.enter_async_context(balancing(*urls))
        workers = []
        for number, (port, url) in enumerate(zip(ports, urls, strict=True)):
            gate = await stack.enter_async_context(holding(valkey.url.removeprefix("unix://")))
            data = folder / str(number) / "data"
            data.parent.mkdir()
            tally = Tally(
                data,
                BOT_TOKEN=playground.token,
                BOT_API_URL=playground.url,
                REDIS_URL=gate.url,
                DATABASE_URL=f"sqlite+aiosqlite:///{folder / '0' / 'data' / 'tally.db'}",
                WEBHOOK_URL=address,
                WEBHOOK_SECRET=SECRET,
                WEB_PORT=str(port),
            )
            stack.push_async_callback(tally.clean_up)
            workers.append(Worker(tally, url, gate))
        await asyncio.gather(*(worker.tally.start() for worker in workers))
        one, two = workers
        await two.tally.until_logged("webhook_set")
        yield one, two
