"""Reads a bot's health and metrics, as a balancer and Prometheus do."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from tests.support.nursery import START
from tests.support.tally import Tally


def address(tally: Tally) -> str:
    """Give the address of a bot's web server."""
    served = [entry for entry in tally.logged() if entry["event"] == "serving"]
    return f"http://127.0.0.1:{served[-1]['port']}"


def metrics_address(tally: Tally) -> str:
    """Give the address of a bot's metrics."""
    served = [entry for entry in tally.logged() if entry["event"] == "serving_metrics"]
    return f"http://127.0.0.1:{served[-1]['port']}/metrics"


async def readiness(tally: Tally) -> tuple[int, dict[str, Any]]:
    """Ask a bot whether it is ready; give the status and the content of the answer."""
    async with ClientSession() as session, session.get(address(tally) + "/readyz") as answer:
        return answer.status, await answer.json()


async def until_away(tally: Tally, *parts: str) -> None:
    """Wait until a bot says that exactly these parts are away."""
    expected = (503, {"status": "away", "away": [*parts]})
    if not parts:
        expected = (200, {"status": "ready", "away": []})
    async with asyncio.timeout(START):
        while await readiness(tally) != expected:
            await asyncio.sleep(0.05)


async def scrape(tally: Tally) -> str:
    """Fetch a bot's metrics."""
    async with ClientSession() as session, session.get(metrics_address(tally)) as answer:
        assert answer.status == 200
        return await answer.text()


async def metrics(tally: Tally) -> Counter[str]:
    """Fetch metrics by names like `tally_updates_total message done`; missing ones are 0."""
    families = text_string_to_metric_families(await scrape(tally))
    return Counter(
        {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in families
            for sample in family.samples
        }
    )


async def until_metrics(tally: Tally, expected: Mapping[str, float]) -> Counter[str]:
    """Wait until metrics have these values; give all metrics."""
    end = time.monotonic() + START
    while True:
        now = await metrics(tally)
        found = {name: now[name] for name in expected}
        if found == expected:
            return now
        assert time.monotonic() < end, found
        await asyncio.sleep(0.05)
