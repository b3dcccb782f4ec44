"""Measures how the cost of a press grows with workers and people, and the memory of a counter.

Each person has a counter open, and a few of them press at the same time. The bot gets its updates
by webhook, in one process or in several workers that share a port.

In the first table the load grows with the workers, because operators add workers for more presses.
In the second table the load is the same for any number of workers. Each worker has less to do then,
and a press costs any process more, because fewer things run at once and the processor's caches
help less. The third table shows that effect alone: a plain bot in one process with the load that
one worker has.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.presses import commands_to, open_counter, timed_press, until_quiet
from benchmarks.subjects import WEBHOOK, Subject, running, stage
from benchmarks.table import show
from db.engine import create_engine
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Client, Message, Person

ACTIVE = 160
"""The maximum number of people who press."""
PRESSES_EACH = 25
AT_ONCE = 40
"""The number of counters that are opened at once."""
WARM_UP = 4
"""Presses of each person for each worker before the measurement, so that each worker knows them."""

ROWS = {
    "cpu": "CPU a press, µs: .0f",
    "p50": "press, median, ms: .1f",
    "p99": "p99: .1f",
    "calls": "calls to Telegram: .2f",
    "redis": "commands to Redis: .2f",
    "weight": "Redis, bytes a live counter: .0f",
    "memory": "memory of all workers, MB: .0f",
    "connections": "database connections at most: .0f",
}
PLAIN = Subject("plain", "benchmarks.peers.plain", WEBHOOK | {"FREEZE": "1"}, webhook=True)
PLAIN_ROWS = {key: ROWS[key] for key in ("cpu", "p50", "p99")}


Around = tuple[Client, EmbeddedValkey]
"""The playground and Redis."""


@dataclass(frozen=True, slots=True)
class Load:
    """A load to measure.

    Attributes:
        workers: The number of workers, 0 for a plain bot in one process.
        people: The number of people with an open counter.
        at_once: The number of presses at once.
    """

    workers: int
    people: int
    at_once: int

    @property
    def name(self) -> str:
        """The heading of its column in the table."""
        return f"{self.workers or 'plain'} / {self.people:,} / {self.at_once}"

    def subject(self, database: str | None) -> Subject:
        """Give the bot for this load."""
        if not self.workers:
            return PLAIN
        settings = WEBHOOK | ({"DATABASE_URL": database} if database else {})
        arguments = ("--workers", str(self.workers)) if self.workers > 1 else ()
        return Subject("Tally", "main", settings, webhook=True, arguments=arguments)


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of one load.

    Attributes:
        cpu: Microseconds of CPU for a press, of all workers together.
        p50: Milliseconds from a press to its answer, median.
        p99: Milliseconds from a press to its answer, 99th percentile.
        redis: Commands sent to Redis for a press.
        calls: Bot API calls for a press.
        weight: Bytes of Redis' memory for a live counter.
        memory: Megabytes of resident memory of all workers.
        connections: Connections to the database at most while all people confirm; 0 for SQLite.
    """

    cpu: float
    p50: float
    p99: float
    redis: float
    calls: float
    weight: float
    memory: float
    connections: int


async def measure(load: Load, database: str | None, around: Around) -> Figures:
    """Measure a load for a round."""
    playground, valkey = around
    async with (
        Redis.from_url(valkey.url) as redis,
        running(load.subject(database), playground, valkey) as bot,
    ):
        # Without lazy freeing, because memory freed later would make the counters look smaller.
        await redis.config_set("lazyfree-lazy-user-flush", "no")
        await redis.flushall()
        empty = await _weight(redis)
        pairs = await _open_counters(playground, load.people)
        await until_quiet(playground)
        weight = (await _weight(redis) - empty) / load.people
        active = random.sample(pairs, min(ACTIVE, load.people))
        await _press(active, WARM_UP * max(load.workers, 1), load.at_once)
        await until_quiet(playground)
        sent, called, used = await commands_to(redis), await playground.call_count(), bot.cpu()
        times = await _press(active, PRESSES_EACH, load.at_once)
        await until_quiet(playground)
        spent = bot.cpu() - used
        presses = len(active) * PRESSES_EACH
        figures = Figures(
            cpu=spent / presses * 1e6,
            p50=statistics.median(times) * 1e3,
            p99=statistics.quantiles(times, n=100)[98] * 1e3,
            redis=(await commands_to(redis) - sent - 1) / presses,
            calls=(await playground.call_count() - called) / presses,
            weight=weight,
            memory=bot.memory(),
            connections=await _confirm(active, database),
        )
        await until_quiet(playground)
        return figures


async def _weight(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def _open_counters(playground: Client, people: int) -> list[tuple[Person, Message]]:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def come(number: int) -> tuple[Person, Message]:
        async with at_once:
            person = await playground.person(f"P{number}", language_code="en")
            return person, await open_counter(person)

    return await asyncio.gather(*map(come, range(people)))


async def _press(pairs: list[tuple[Person, Message]], each: int, at_once: int) -> list[float]:
    """Let all people press; give the seconds to each answer."""
    turns = asyncio.Semaphore(at_once)

    async def press(person: Person, counter: Message) -> list[float]:
        times = []
        for _ in range(each):
            async with turns:
                times.append(await timed_press(person, counter))
        return times

    taken = await asyncio.gather(*(press(*pair) for pair in pairs))
    return [seconds for times in taken for seconds in times]


async def _confirm(pairs: list[tuple[Person, Message]], database: str | None) -> int:
    """Let all people confirm at once; give the maximum number of open connections."""
    confirms = asyncio.gather(
        *(person.press(counter, "Confirm", timeout=60) for person, counter in pairs)
    )
    if database is None:
        await confirms
        return 0
    engine, most = create_engine(database), 0
    while not confirms.done():
        most = max(most, await _connections(engine))
    await confirms
    await engine.dispose()
    return most


async def _connections(engine: AsyncEngine) -> int:
    question = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    async with engine.connect() as connection:
        # Without the connection of this query.
        return int(await connection.scalar(question) or 0) - 1


async def run(
    loads: Iterable[Load], rounds: int, database: str | None
) -> dict[Load, list[Figures]]:
    """Measure each load in turn, for a number of rounds."""
    figures: dict[Load, list[Figures]] = {load: [] for load in loads}
    async with stage() as (playground, valkey, _):
        for number, load in product(range(rounds), figures):
            print(f"round {number + 1}: {load.name}", file=sys.stderr)
            figures[load].append(await measure(load, database, (playground, valkey)))
    return figures


def main() -> None:
    """Measure, print a table, and save the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--people", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--each", type=int, default=2, help="presses at once for each worker")
    parser.add_argument("--database", help="an empty PostgreSQL, as DATABASE_URL has it")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--json", type=Path, default=Path("build/scale.json"))
    options = parser.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    random.seed(options.seed)
    workers, few, each = options.workers, min(options.people), options.each
    tables = {
        "As much for each worker": [
            Load(number, people, each * number)
            for number, people in product(workers, options.people)
        ],
        "As much in all": [Load(number, few, each * max(workers)) for number in workers],
        "A plain bot": [Load(0, few, each * number) for number in workers],
    }
    loads = dict.fromkeys(load for table in tables.values() for load in table)
    figures = asyncio.run(run(loads, options.rounds, options.database))
    for title, table in tables.items():
        rows = ROWS if table[0].workers else PLAIN_ROWS
        columns = {load.name: figures[load] for load in table}
        show(f"{title}: workers / people / presses at once, {options.rounds} rounds", rows, columns)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = {load.name: [asdict(each) for each in rounds] for load, rounds in figures.items()}
    options.json.write_text(json.dumps(written, indent=2))


if __name__ == "__main__":
    main()
