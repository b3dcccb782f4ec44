"""Measures charts: how long each takes, and how much longer presses take meanwhile.

People press with pauses, first alone, then while other people request charts without a pause. Tally
and the playground are processes of their own.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.presses import open_counter, timed_press
from benchmarks.subjects import SUBJECTS, Running, running, stage
from benchmarks.table import show
from charts.model import Chart, Panel
from charts.process import Charts
from telegram_playground import Client, Message, Person

PEOPLE = 20
PRESSES_EACH = 50
PAUSE = 0.25
"""Seconds between two presses of a person."""
READERS = 4
"""The number of people who request one chart after the other."""
CHARTS = 50
"""The number of charts of each kind that are drawn while nothing else happens."""

TALLY = next(subject for subject in SUBJECTS if subject.name == "Tally")

ROWS = {
    "week": "a week, median, ms: .0f",
    "year": "a year, median, ms: .0f",
    "labels": "8 labels, median, ms: .0f",
    "slowest": "the slowest of all, ms: .0f",
    "quiet": "press alone, p99, ms: .0f",
    "busy": "press beside charts, p99, ms: .0f",
    "times": "times as long: .2f",
    "drawn": "charts a second meanwhile: .1f",
    "memory": "memory of what draws, MB: .0f",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of a round.

    Attributes:
        week: Median milliseconds of a chart of a week.
        year: Median milliseconds of a chart of a year.
        labels: Median milliseconds of a chart of labels.
        slowest: Milliseconds of the slowest chart, without the first, which starts the process.
        quiet: Milliseconds from a press to its answer while nothing else happens, 99th percentile.
        busy: The same while charts are drawn.
        times: `busy` divided by `quiet`.
        drawn: Charts drawn a second meanwhile.
        memory: Megabytes of the process that draws.
    """

    week: float
    year: float
    labels: float
    slowest: float
    quiet: float
    busy: float
    times: float
    drawn: float
    memory: float


KINDS = {
    "week": Chart([f"{day} Nov" for day in range(1, 8)], [Panel("", [3, 1, 4, 1, 5, 9, 2])]),
    "year": Chart(
        [f"{day // 30}" if day % 30 == 0 else "" for day in range(365)],
        [Panel("", [day * 7919 % 1000 for day in range(365)])],
        dark=True,
    ),
    "labels": Chart(
        [f"{number}. a label" for number in range(1, 9)],
        [Panel("", list(range(8, 0, -1)))],
        lying=True,
    ),
}


async def draw_alone() -> tuple[dict[str, list[float]], float]:
    """Draw charts of each kind; give the milliseconds of each, and the megabytes of the process."""
    charts = Charts()
    await charts.draw(KINDS["week"])
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(CHARTS):
        for kind, chart in KINDS.items():
            began = time.monotonic()
            await charts.draw(chart)
            taken[kind].append((time.monotonic() - began) * 1e3)
    memory = Running(charts.process_id or 0).memory()
    await charts.close()
    return taken, memory


async def press(person: Person, counter: Message) -> list[float]:
    """Press with pauses, as a person does; give the milliseconds to each answer."""
    taken = []
    for _ in range(PRESSES_EACH):
        taken.append(await timed_press(person, counter) * 1e3)
        await asyncio.sleep(PAUSE)
    return taken


async def look_on(person: Person, chart: Message) -> None:
    """Request one chart after the other until cancelled."""
    while True:
        for label in ("Week", "Dark", "Year", "Light", "Month"):
            before = (await person.read(chart)).photo
            await person.press(chart, label, timeout=30)
            await person.until(chart, partial(is_another, before), timeout=30)


def is_another(before: object, now: Message) -> bool:
    """Tell whether a message's picture has changed."""
    return bool(now.photo != before)


async def open_chart(person: Person) -> Message:
    """Save a total and open its chart."""
    counter = await open_counter(person)
    await person.press(counter, "+1", timeout=30)
    await person.press(counter, "Confirm", timeout=30)
    await person.send("/totals")
    totals = await person.receive(timeout=30)
    await person.press(totals, "Chart", timeout=30)
    return await person.until(totals, lambda now: bool(now.photo), timeout=30)


async def measure(playground: Client) -> tuple[float, float, float]:
    """Give the 99th percentiles of presses alone and beside charts, and the charts a second."""
    people = [await playground.person(f"P{number}", language_code="en") for number in range(PEOPLE)]
    pairs = [(person, await open_counter(person)) for person in people]
    readers = [await playground.person(f"R{n}", language_code="en") for n in range(READERS)]
    shown = [(reader, await open_chart(reader)) for reader in readers]
    quiet = await asyncio.gather(*(press(*pair) for pair in pairs))
    before, began = await playground.call_count(), time.monotonic()
    looking = [asyncio.create_task(look_on(*each)) for each in shown]
    busy = await asyncio.gather(*(press(*pair) for pair in pairs))
    seconds = time.monotonic() - began
    for task in looking:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    drawn = await playground.calls("editMessageMedia", after=before)
    p99 = [
        statistics.quantiles([each for one in taken for each in one], n=100)[98]
        for taken in (quiet, busy)
    ]
    return p99[0], p99[1], len(drawn) / seconds


async def run(rounds: int) -> list[Figures]:
    """Measure a number of rounds."""
    figures = []
    async with stage() as (playground, valkey, _):
        for number in range(rounds):
            print(f"round {number + 1}: charts", file=sys.stderr)
            taken, memory = await draw_alone()
            async with running(TALLY, playground, valkey):
                quiet, busy, drawn = await measure(playground)
            medians = {kind: statistics.median(each) for kind, each in taken.items()}
            figures.append(
                Figures(
                    **medians,
                    slowest=max(max(each) for each in taken.values()),
                    quiet=quiet,
                    busy=busy,
                    times=busy / quiet,
                    drawn=drawn,
                    memory=memory,
                )
            )
    return figures


def main() -> None:
    """Measure, print a table, and save the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=Path("build/charts.json"))
    options = parser.parse_args()
    figures = asyncio.run(run(options.rounds))
    show(f"Charts, medians of {options.rounds} rounds", ROWS, {"Tally": figures})
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps([asdict(each) for each in figures], indent=2))


if __name__ == "__main__":
    main()
