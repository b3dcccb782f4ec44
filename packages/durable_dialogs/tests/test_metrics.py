"""Metrics for Prometheus, in processes of their own because a process has one set of them."""

import asyncio
import subprocess
import sys

import pytest

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Playground

BOT = """
import asyncio, sys
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from durable_dialogs import DurableDialogs

async def run(**options):
    token, url, redis_url = sys.argv[1:]
    api = TelegramAPIServer.from_base(url)
    dialogs = DurableDialogs(
        Bot(token, session=AiohttpSession(api=api)), redis_url=redis_url, **options
    )
    dialogs.setup(Dispatcher())
    async with dialogs:
        pass

own = CollectorRegistry()
"""


async def run(playground: Playground, valkey: EmbeddedValkey, code: str) -> str:
    """Run some lines after those of `BOT`; return what they print."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", BOT + code, playground.token, playground.url, valkey.url],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


async def test_they_are_in_the_default_registry_once_for_all_bots(
    playground: Playground, valkey: EmbeddedValkey
) -> None:
    twice = "asyncio.run(run())\nasyncio.run(run())\nprint(generate_latest(REGISTRY).decode())"
    shown = await run(playground, valkey, twice)
    assert 'durable_dialogs_updates_redone_total{reason="conflict"} 0.0' in shown
    (asked,) = [
        line
        for line in shown.splitlines()
        if line.startswith("durable_dialogs_redis_duration_seconds_count")
    ]
    assert float(asked.split()[1]) > 0


@pytest.mark.parametrize(("option", "where"), [("metrics=False", None), ("metrics=own", "own")])
async def test_they_can_be_turned_off_or_go_into_another_registry(
    playground: Playground, valkey: EmbeddedValkey, option: str, where: str | None
) -> None:
    for registry in ("REGISTRY", "own"):
        code = f"asyncio.run(run({option}))\nprint(generate_latest({registry}).decode())"
        shown = await run(playground, valkey, code)
        assert ("durable_dialogs_" in shown) is (registry == where)
