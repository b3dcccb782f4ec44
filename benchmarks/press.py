"""Measures a press: Tally beside other implementations of the same counter, in one run.

Each subject runs in a process of its own, as its author would run it, on the same playground
(another process) and, if it needs one, the same Valkey. Each round measures all subjects, because
single runs are noisy; the table shows medians.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.presses import commands_to, open_counter, timed_press, until_quiet
from benchmarks.subjects import SUBJECTS, Running, Subject, running, stage
from benchmarks.table import show
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Client, Message, Person

PEOPLE = 40
PRESSES_EACH = 25
CROWD = 100
BURST = 50

ROWS = {
    "cpu": "CPU a press, µs: .0f",
    "lone": "lone press, answer, ms: .1f",
    "edit": "lone press, edit, ms: .1f",
    "p99": f"p99 with {PEOPLE} people, ms: .0f",
    "redis": "commands to Redis: .2f",
    "calls": "calls to Telegram: .2f",
    "burst": f"shown after {BURST} at once: .0f",
    "memory": "memory, MB: .0f",
    "start": "first poll after, s: .1f",
    "playground": "playground's CPU, µs: .0f",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a subject in a round.

    Attributes:
        start: Seconds from the start of the process to its first poll.
        lone: Median milliseconds from a lone press to its answer.
        edit: Median milliseconds from a lone press to the edit of its message.
        p99: Milliseconds from a press to its answer while 40 people press, 99th percentile.
        cpu: Microseconds of CPU a press, with 40 people.
        redis: Commands sent to Redis a press.
        calls: Bot API calls a press, without getUpdates.
        burst: The value that the counter shows after 50 presses at once.
        memory: Resident memory at the end, in megabytes.
        playground: Microseconds of CPU a press of the playground's process, with 100 people.
    """

    start: float
    lone: float
    edit: float
    p99: float
    cpu: float
    redis: float
    calls: float
    burst: int
    memory: float
    playground: float


async def measure(
    subject: Subject, playground: Client, valkey: EmbeddedValkey, server: Running
) -> Figures:
    """Measure a subject for a round; `server` is the process of the playground."""
    async with Redis.from_url(valkey.url) as redis, running(subject, playground, valkey) as bot:
        await redis.flushall()
        ann = await playground.person("Ann")
        burst = await open_counter(ann)
        await asyncio.gather(*(ann.press(burst, "+1", timeout=30) for _ in range(BURST)))
        people = [await playground.person(f"P{number}") for number in range(PEOPLE)]
        counters = [await open_counter(person) for person in people]
        pairs = list(zip(people, counters, strict=True))
        await until_quiet(playground)
        # One press each, because Telegram allows one edit a second in a chat.
        lone = [await _lone_press(person, counter) for person, counter in pairs]
        await until_quiet(playground)
        sent, called, used = await commands_to(redis), await playground.call_count(), bot.cpu()
        presses = PEOPLE * PRESSES_EACH
        times = await asyncio.gather(*(_press_on(*pair) for pair in pairs))
        # Wait for the edits that come later, which belong to the cost of the presses.
        await until_quiet(playground)
        spent = bot.cpu() - used
        calls = [
            call for call in await playground.calls(after=called) if call.method != "getUpdates"
        ]
        return Figures(
            start=bot.start,
            lone=statistics.median(answer for answer, _ in lone) * 1e3,
            edit=statistics.median(edit for _, edit in lone) * 1e3,
            p99=statistics.quantiles([t for each in times for t in each], n=100)[98] * 1e3,
            cpu=spent / presses * 1e6,
            redis=(await commands_to(redis) - sent - 1) / presses,
            calls=len(calls) / presses,
            burst=await _shown(ann, burst),
            memory=bot.memory(),
            playground=await _crowd(playground, server),
        )


async def _crowd(playground: Client, server: Running) -> float:
    """Have 100 people press, 40 at once; give what a press costs the playground."""
    at_once = asyncio.Semaphore(PEOPLE)

    async def press(person: Person, counter: Message) -> None:
        for _ in range(PRESSES_EACH):
            async with at_once:
                await person.press(counter, "+1", timeout=30)

    people = [await playground.person(f"C{number}") for number in range(CROWD)]
    counters = [await open_counter(person) for person in people]
    used = server.cpu()
    await asyncio.gather(*map(press, people, counters))
    return (server.cpu() - used) / (CROWD * PRESSES_EACH) * 1e6


async def _lone_press(person: Person, counter: Message) -> tuple[float, float]:
    began = time.monotonic()
    edit = asyncio.create_task(person.until(counter, text="Specify the number: 1", timeout=30))
    answer = await timed_press(person, counter)
    await edit
    return answer, time.monotonic() - began


async def _press_on(person: Person, counter: Message) -> list[float]:
    return [await timed_press(person, counter) for _ in range(PRESSES_EACH)]


async def _shown(person: Person, counter: Message) -> int:
    text = (await person.read(counter)).text or ""
    return int(text.rpartition(" ")[2])


async def run(rounds: int) -> dict[str, list[Figures]]:
    """Measure the subjects in turn, for a number of rounds."""
    figures: dict[str, list[Figures]] = {subject.name: [] for subject in SUBJECTS}
    async with stage() as (playground, valkey, server):
        for number in range(rounds):
            for subject in SUBJECTS:
                print(f"round {number + 1}: {subject.name}", file=sys.stderr)
                measured = await measure(subject, playground, valkey, server)
                figures[subject.name].append(measured)
    return figures


def main() -> None:
    """Measure, print a table, and save the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=Path("build/press.json"))
    options = parser.parse_args()
    figures = asyncio.run(run(options.rounds))
    show(f"A press, medians of {options.rounds} rounds", ROWS, figures)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = {name: [asdict(each) for each in rounds] for name, rounds in figures.items()}
    options.json.write_text(json.dumps(written, indent=2))


if __name__ == "__main__":
    main()
