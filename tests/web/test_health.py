"""Health and metrics, as a load balancer, Prometheus or the operator asks for them."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientSession

from telegram_playground import Playground
from tests.app.test_webhook import by_webhook
from tests.dialogs.test_counter import open_counter
from tests.support import postgres
from tests.support.nursery import START
from tests.support.ports import free_port
from tests.support.proxy import redis_by_proxy
from tests.support.tally import Tally
from tests.support.watching import address, metrics_address, readiness, until_away

SOON = 6.0
"""Seconds until a change shows: 1 of cache, 2 for the checks, the rest for a busy machine."""


async def get(url: str, **headers: str) -> tuple[int, str]:
    """Request a page."""
    async with ClientSession(headers=headers) as session, session.get(url) as answer:
        return answer.status, await answer.text()


@pytest.fixture
async def telegram(module_playground: Playground) -> AsyncIterator[Playground]:
    """Give the playground of the bot that polls."""
    yield module_playground
    await module_playground.calm()


@pytest.fixture
async def running(module_tally: Tally) -> Tally:
    """Give the bot that polls, when it is ready again after the test before."""
    await until_away(module_tally)
    return module_tally


async def test_a_bot_that_polls_answers_that_it_is_alive_and_ready(running: Tally) -> None:
    assert await get(address(running) + "/healthz") == (200, "ok")
    assert await readiness(running) == (200, {"status": "ready", "away": []})


async def test_a_bot_with_a_webhook_answers_on_the_same_port(own_tally: Tally) -> None:
    url = by_webhook(own_tally).removesuffix("/webhook")
    await own_tally.start()
    assert address(own_tally) == url
    assert await get(url + "/healthz") == (200, "ok")
    assert (await get(url + "/readyz"))[0] == 200


async def test_a_taken_port_does_not_keep_a_bot_from_polling(own_tally: Tally) -> None:
    own_tally.settings["WEB_PORT"] = str(free_port())
    await own_tally.start()
    assert address(own_tally) == f"http://127.0.0.1:{own_tally.settings['WEB_PORT']}"
    other = Tally(own_tally.data.parent / "other" / "data", **own_tally.settings)
    other.data.parent.mkdir()
    other.settings |= {"DATA_DIR": str(other.data), "PLAYGROUND_PORT": str(free_port())}
    await other.start()
    try:
        assert "port_taken" in {line["event"] for line in other.logged()}
        assert await get(address(other) + "/healthz") == (200, "ok")
    finally:
        await other.clean_up()


async def test_bots_without_a_configured_port_find_one_each(running: Tally, tally: Tally) -> None:
    assert address(running) != address(tally)
    assert await get(address(running) + "/healthz") == (200, "ok")
    assert await get(address(tally) + "/healthz") == (200, "ok")


async def test_redis_away(own_tally: Tally, tmp_path: Path) -> None:
    async with redis_by_proxy(tmp_path / "redis") as proxy:
        own_tally.settings["REDIS_URL"] = proxy.url
        await own_tally.start()
        await until_away(own_tally)
        async with proxy.off():
            await until_away(own_tally, "redis")
            assert await get(address(own_tally) + "/healthz") == (200, "ok")
        await until_away(own_tally)
        await own_tally.stop()


async def test_a_redis_that_hangs_does_not_hold_the_answer_up(running: Tally) -> None:
    async with running.redis() as redis:
        process = (await redis.info("server"))["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        async with asyncio.timeout(SOON):
            await until_away(running, "redis")
    finally:
        os.kill(process, signal.SIGCONT)
    await until_away(running)


async def test_a_redis_that_refuses_writes_is_away(running: Tally) -> None:
    async with running.redis() as redis:
        await redis.config_set("maxmemory", 1)
        try:
            await until_away(running, "redis")
        finally:
            await redis.config_set("maxmemory", 0)
    await until_away(running)


async def test_the_database_away(running: Tally) -> None:
    async with running.moved_away("totals"):
        await until_away(running, "database")
    await until_away(running)


@pytest.mark.thorough
async def test_a_postgresql_that_is_gone(own_playground: Playground, own_tally: Tally) -> None:
    with postgres.serving(postgres.required()) as url:
        own_tally.settings["DATABASE_URL"] = url
        await own_tally.start()
        await until_away(own_tally)
        counter = await open_counter(ann := await own_playground.person("Ann"))
        folder = Path(url.partition("host=")[2])
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGQUIT)
        await until_away(own_tally, "database")
        assert await ann.press(counter, "+1")
        assert await own_tally.stop() == 0


@pytest.mark.parametrize(
    "kind",
    ["refuse", *(pytest.param(kind, marks=pytest.mark.thorough) for kind in ("hang", "cut"))],
)
async def test_telegram_away(telegram: Playground, running: Tally, kind: str) -> None:
    await telegram.trouble(kind, method="getMe")
    async with asyncio.timeout(SOON):
        await until_away(running, "telegram")
    await telegram.calm()
    await until_away(running)


async def test_a_telegram_that_throttles_is_not_away(telegram: Playground, running: Tally) -> None:
    before = await telegram.call_count()
    await telegram.trouble("refuse", method="getMe", status=429, retry_after=60)
    # A result of a moment ago is served from the cache.
    async with asyncio.timeout(START):
        while not (refused := await telegram.calls("getMe", after=before)):
            assert (await readiness(running))[0] == 200
    assert refused[0].status == 429
    assert (await readiness(running))[0] == 200


async def test_several_parts_that_are_away_are_listed_together(
    telegram: Playground, running: Tally
) -> None:
    await telegram.trouble("refuse", method="getMe")
    async with running.moved_away("totals"):
        await until_away(running, "database", "telegram")


async def test_a_flood_of_requests_does_not_flood_telegram(
    telegram: Playground, running: Tally
) -> None:
    before, began = await telegram.call_count(), time.monotonic()
    async with asyncio.timeout(START):
        while not (asked := await telegram.calls("getMe", after=before)):
            answers = await asyncio.gather(*(readiness(running) for _ in range(100)))
            assert {status for status, _ in answers} == {200}
    assert len(asked) <= 1 + time.monotonic() - began


async def test_while_it_stops_it_is_not_ready(own_playground: Playground, own_tally: Tally) -> None:
    running = await own_tally.start()
    await own_playground.trouble("delay", method="getMe", seconds=60)
    before = await own_playground.call_count()
    asking = asyncio.create_task(readiness(running))
    await own_playground.until_called("getMe", after=before)
    running.send_signal(signal.SIGTERM)
    await running.until_logged("stopping")
    await own_playground.advance(60)
    assert await running.wait() == 0
    status, content = await asking
    # If the machine stalls meanwhile, Telegram counts as away too.
    assert (status, content["status"]) == (503, "stopping")


@pytest.mark.parametrize("target", ["/metrics", "http://127.0.0.1/metrics", "http://tea/metrics"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.7:8080", "tally-1", "localhost", "[::1", "", "tally.example.org."]
)
async def test_metrics_are_not_served_on_the_port_behind_a_proxy(
    running: Tally, target: str, host: str
) -> None:
    # Like a proxy that adds no header: the bot can't tell its requests from Prometheus' own.
    port = int(address(running).rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.split()[1] == b"404"
    assert b"tally_" not in answer


async def test_metrics_have_a_port_of_their_own_on_this_machine_only(own_tally: Tally) -> None:
    port = free_port()
    own_tally.settings |= {"METRICS_PORT": str(port), "WEB_HOST": "0.0.0.0"}  # noqa: S104 - the test is about it
    await own_tally.start()
    assert metrics_address(own_tally) == f"http://127.0.0.1:{port}/metrics"
    status, content = await get(metrics_address(own_tally))
    assert status == 200
    assert "tally_taps_total" in content
    assert (await get(f"http://127.0.0.1:{port}/healthz"))[0] == 404
    with pytest.raises(ClientConnectorError):
        # Another address of this machine: 127.0.0.0/8 is loopback, and all of it answers.
        await get(f"http://127.0.0.2:{port}/metrics")
    assert (await get(address(own_tally).replace("127.0.0.1", "127.0.0.2") + "/healthz"))[0] == 200


async def test_a_taken_metrics_port_does_not_keep_a_bot_from_starting(
    running: Tally, own_tally: Tally
) -> None:
    url = metrics_address(running)
    own_tally.settings["METRICS_PORT"] = url.removesuffix("/metrics").rpartition(":")[2]
    by_webhook(own_tally)
    await own_tally.start()
    assert "metrics_port_taken" in {line["event"] for line in own_tally.logged()}
    assert metrics_address(own_tally) != url
    assert (await get(metrics_address(own_tally)))[0] == 200


async def test_a_metrics_host_of_another_machine_ends_the_start(
    own_tally: Tally,
) -> None:
    own_tally.settings["METRICS_HOST"] = "192.0.2.1"
    status, _, errors = await own_tally.run()
    assert status == 2
    assert errors.splitlines()[-1].startswith("METRICS_HOST: ")


async def test_a_reload_does_not_end_the_bot_and_is_logged_as_ignored(running: Tally) -> None:
    async with running.logging("reload_ignored"):
        running.send_signal(signal.SIGHUP)
    assert await get(address(running) + "/healthz") == (200, "ok")
