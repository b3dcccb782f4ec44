"""Measures one hot inline counter: many people tap it at the same time, with one to six workers.

All taps change one record. So this shows how often a worker does a tap in vain because another one
was faster, and whether any tap is lost.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from benchmarks.presses import commands_to, timed_press, until_quiet
from benchmarks.subjects import WEBHOOK, Subject, running, stage
from benchmarks.table import show
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Client, Message, Person

WARM_UP = 4
"""Taps of each person before the measurement, so that each worker knows them."""
METRICS_PORT = 8097

ROWS = {
    "missing": "taps not counted: .0f",
    "tries": "tries a tap: .3f",
    "cpu": "CPU a tap, µs: .0f",
    "p50": "tap, median, ms: .1f",
    "p99": "p99: .1f",
    "edits": "edits: .0f",
    "redis": "commands to Redis a tap: .2f",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of one number of workers.

    Attributes:
        missing: The number of taps that did not count.
        tries: How often a tap is done; more than 1 if another worker was faster.
        cpu: Microseconds of CPU a tap, of all workers together.
        p50: Milliseconds from a tap to its answer, median.
        p99: Milliseconds from a tap to its answer, 99th percentile.
        edits: The number of edits of the message.
        redis: Commands sent to Redis a tap.
    """

    missing: int
    tries: float
    cpu: float
    p50: float
    p99: float
    edits: int
    redis: float


async def measure(
    workers: int, people: int, each: int, around: tuple[Client, EmbeddedValkey], passing: str | None
) -> Figures:
    """Measure a hot counter with a number of workers.

    Args:
        workers: How many share the updates.
        people: How many tap at the same time.
        each: How often each of them taps.
        around: The playground and Redis.
        passing: The value of `WORKER_PEERS`, None for the default.
    """
    playground, valkey = around
    settings = WEBHOOK | {"METRICS_PORT": str(METRICS_PORT)}
    settings |= {"WORKER_PEERS": passing} if passing else {}
    arguments = ("--workers", str(workers)) if workers > 1 else ()
    subject = Subject("Tally", "main", settings, webhook=True, arguments=arguments)
    async with (
        Redis.from_url(valkey.url) as redis,
        running(subject, playground, valkey) as bot,
    ):
        await redis.flushall()
        await playground.switch(inline=True)
        crowd, counter = await _post(playground, people)
        await _tap(crowd, counter, WARM_UP)
        await until_quiet(playground)
        sent, called, used = await commands_to(redis), await playground.call_count(), bot.cpu()
        redone = await _conflicts()
        times = await _tap(crowd, counter, each)
        await until_quiet(playground)
        taps = people * each
        spent, again = bot.cpu() - used, await _conflicts() - redone
        commands = await commands_to(redis) - sent - 1
        edits = len(await playground.calls("editMessageText", after=called))
        return Figures(
            missing=people * (WARM_UP + each) - await _total(crowd[0], counter),
            tries=1 + again / taps,
            cpu=spent / taps * 1e6,
            p50=statistics.median(times) * 1e3,
            p99=statistics.quantiles(times, n=100)[98] * 1e3,
            edits=edits,
            redis=commands / taps,
        )


async def _post(playground: Client, people: int) -> tuple[list[Person], Message]:
    """Have a person post a counter in a group that the bot is not in."""
    crowd = [await playground.person(f"P{number}", language_code="en") for number in range(people)]
    group = await playground.group("Crowd", members=crowd, bot="left")
    asked = await crowd[0].ask("")
    return crowd, await crowd[0].choose(asked, asked["results"][0]["id"], chat=group)


async def _tap(crowd: Iterable[Person], counter: Message, each: int) -> list[float]:
    """Let all people tap at the same time, one tap after the other; give the seconds of each."""

    async def tap(person: Person) -> list[float]:
        return [await timed_press(person, counter) for _ in range(each)]

    return [seconds for times in await asyncio.gather(*map(tap, crowd)) for seconds in times]


async def _total(person: Person, counter: Message) -> int:
    """Confirm the counter; give its total."""
    await person.press(counter, "Confirm", timeout=60)
    ended = await person.until(
        counter, lambda message: "Total: " in (message.text or ""), timeout=60
    )
    return int((ended.text or "").rpartition(" ")[2])


async def _conflicts() -> float:
    """Give how often workers have done an update again because another one was faster."""
    async with (
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{METRICS_PORT}/metrics") as response,
    ):
        families = text_string_to_metric_families(await response.text())
        return sum(
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == "tally_updates_redone_total" and sample.labels["reason"] == "conflict"
        )


async def run(options: argparse.Namespace) -> dict[str, Sequence[Figures]]:
    """Measure each number of workers in turn, for a number of rounds."""
    figures: dict[str, list[Figures]] = {str(number): [] for number in options.workers}
    async with stage() as (playground, valkey, _):
        for number, workers in product(range(options.rounds), options.workers):
            print(f"round {number + 1}: {workers} workers", file=sys.stderr)
            people, each = options.people, options.each
            measured = await measure(workers, people, each, (playground, valkey), options.passing)
            figures[str(workers)].append(measured)
    return dict(figures)


def main() -> None:
    """Measure, print a table, and save the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 6])
    parser.add_argument("--people", type=int, default=100, help="people who tap at the same time")
    parser.add_argument("--each", type=int, default=12, help="taps of each person")
    parser.add_argument("--passing", help="the workers' WORKER_PEERS; the default is Tally's")
    parser.add_argument("--json", type=Path, default=Path("build/hot.json"))
    options = parser.parse_args()
    figures = asyncio.run(run(options))
    title = f"One inline counter, {options.people} taps at a time, by workers"
    show(f"{title}, {options.rounds} rounds", ROWS, figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = {name: [asdict(each) for each in rounds] for name, rounds in figures.items()}
    options.json.write_text(json.dumps(written, indent=2))


if __name__ == "__main__":
    main()
