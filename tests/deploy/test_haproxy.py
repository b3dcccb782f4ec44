"""HAProxy, as deploy/haproxy.cfg has it, brings all updates of a chat to one worker."""

import asyncio
import json
import os
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, web

from app.updates import KINDS
from durable_dialogs.intake.receiver import chat_in
from durable_support.kinds import UPDATES
from tests.support.nursery import START
from tests.support.ports import free_port

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "haproxy.cfg"
HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")

pytestmark = pytest.mark.skipif(HAPROXY is None, reason="haproxy is not installed")


class Backend:
    """A stand-in for a worker.

    Attributes:
        bodies: What was posted to it.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take an update."""
        self.bodies.append(await request.read())
        return web.Response()

    async def serve(self, stack: AsyncExitStack) -> str:
        """Serve; give the address."""
        app = web.Application(client_max_size=1024**2)
        app.router.add_get("/healthz", _say_well)
        app.router.add_post("/webhook", self.take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"127.0.0.1:{runner.addresses[0][1]}"


async def _say_well(_request: web.Request) -> web.Response:
    return web.Response()


@pytest.fixture
async def backends() -> AsyncIterator[tuple[str, list[Backend]]]:
    """Give HAProxy's address, and two workers behind it."""
    backends, port = [Backend(), Backend()], free_port()
    async with AsyncExitStack() as stack:
        one, two = [await backend.serve(stack) for backend in backends]
        process = await asyncio.create_subprocess_exec(
            *(str(HAPROXY), "-db", "-f", str(CONFIGURATION)),
            env={**os.environ, "BIND": f"127.0.0.1:{port}", "TALLY_1": one, "TALLY_2": two},
        )
        try:
            yield await _until_served(f"http://127.0.0.1:{port}"), backends
        finally:
            process.kill()
            await process.wait()


async def _until_served(url: str) -> str:
    async with asyncio.timeout(START), ClientSession() as session:
        while True:
            try:
                async with session.get(url + "/healthz") as answer:
                    assert answer.status == 404
                    return url
            except ClientError:
                await asyncio.sleep(0.02)


def updates() -> list[bytes]:
    """Give an update of each kind for many chats, as Telegram writes them."""
    asked = [(kind, content) for kind, content in UPDATES if kind in KINDS]
    assert {kind for kind, _ in asked} == set(KINDS)
    bodies = []
    for number in range(20):
        for kind, content in asked:
            written = json.dumps({"update_id": number, kind: content})
            written = written.replace("-1001234567890", f"-100123456789{number}")
            bodies.append(written.replace('"id": 5', f'"id": {7_000_000_000 + number}').encode())
    return bodies


async def test_all_updates_of_a_chat_come_to_one_worker(
    backends: tuple[str, list[Backend]],
) -> None:
    url, workers = backends
    bodies = updates()
    async with ClientSession() as session:
        for body in bodies:
            async with session.post(url + "/webhook", data=body) as answer:
                assert answer.status == 200
    found: defaultdict[str | None, set[int]] = defaultdict(set)
    for number, worker in enumerate(workers):
        for body in worker.bodies:
            found[chat_in(body)].add(number)
    assert sum(len(worker.bodies) for worker in workers) == len(bodies)
    assert {chat: places for chat, places in found.items() if len(places) > 1} == {}
    # Each worker has a part of the chats.
    assert set.union(*found.values()) == {0, 1}


@pytest.mark.parametrize("size", [60_000, 900_000])
async def test_a_large_update_comes_through_whole(
    backends: tuple[str, list[Backend]], size: int
) -> None:
    url, workers = backends
    message: dict[str, Any] = {"chat": {"id": 5}, "text": "x" * size}
    body = json.dumps({"update_id": 1, "message": message}).encode()
    async with ClientSession() as session, session.post(url + "/webhook", data=body) as answer:
        assert answer.status == 200
    assert [*workers[0].bodies, *workers[1].bodies] == [body]
