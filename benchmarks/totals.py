"""Measures queries of totals, and how their time grows with the number of totals.

Databases of several sizes are filled as a crowd of people would fill them, and then queried
through the bot's own repositories. The times are those that people wait. If the machine is busy,
"an empty question" and the CPU time tell how much of them the database takes.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from benchmarks.crowd import YEARS, fill
from benchmarks.questions import NOW, YEAR, Questions
from benchmarks.table import show
from db.engine import create_engine
from db.migrations import upgrade

ROOT = Path(__file__).parents[1]
SIZES = [10_000, 1_000_000]
EXPORTED = 1_000_000
TIMES = 500
"""How often each query runs."""
WARM_UP = 20

QUESTIONS = {
    "empty": "an empty question",
    "page": "a page, however deep",
    "filtered": "of one label and kind",
    "summary": "summary",
    "year": "a year by day",
    "labels": "labels to choose from",
    "group": "a group's summary",
    "people": "who counted there",
    "busy_page": "100,000 on one day: a page",
    "busy_summary": "their summary",
    "busy_year": "their year by day",
    "add": "saving one",
}
ROWS = {
    "bytes_each": "file, bytes a total: .0f",
    **{
        key: row
        for name, heading in QUESTIONS.items()
        for key, row in (
            (name, f"{heading}, ms: .1f"),
            (f"{name}_p99", "p99: .1f"),
            (f"{name}_cpu_p99", "CPU, p99: .1f"),
        )
    },
    "export_rate": "export, rows a second: .0f",
    "export_memory": "export, MB of memory: .0f",
}


async def measure(file: Path, size: int) -> dict[str, float]:
    """Run all queries on a database with this many totals."""
    print(f"asking {size:,} totals", file=sys.stderr)
    figures = {"bytes_each": _size(file) / size}
    engine = create_engine(f"sqlite+aiosqlite:///{file}")
    questions = Questions(engine, file, size)
    for name in QUESTIONS:
        waited, worked = await _time(getattr(questions, name))
        figures[name] = statistics.median(waited)
        figures[f"{name}_p99"] = statistics.quantiles(waited, n=100)[98]
        figures[f"{name}_cpu_p99"] = statistics.quantiles(worked, n=100)[98]
    await engine.dispose()
    rate, memory = await _export(file, size)
    return figures | {"export_rate": rate, "export_memory": memory}


async def _time(ask: Callable[[], Awaitable[object]]) -> tuple[list[float], list[float]]:
    """Run a query repeatedly; give the milliseconds that passed, and those of CPU."""
    waited, worked = [], []
    for _ in range(WARM_UP + TIMES):
        question = ask()
        began, used = time.perf_counter(), time.process_time()
        await question
        waited.append((time.perf_counter() - began) * 1e3)
        worked.append((time.process_time() - used) * 1e3)
    return waited[WARM_UP:], worked[WARM_UP:]


async def _export(file: Path, size: int) -> tuple[float, float]:
    """Export as people do; give the rows a second and the maximum memory in MB."""
    since = NOW - YEARS * YEAR * min(1.0, EXPORTED / size) - timedelta(days=1)
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "main.py", "totals", "--format", "csv", "--since", f"{since:%Y-%m-%d}"),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"sqlite+aiosqlite:///{file}"},
        stdout=asyncio.subprocess.PIPE,
    )
    written = cast("asyncio.StreamReader", process.stdout)
    rows, memory = 0, 0.0
    while part := await written.read(2**20):
        rows += part.count(b"\n")
        memory = max(memory, _memory(process.pid))
    await process.wait()
    return rows / (time.monotonic() - began), memory


def _size(file: Path) -> int:
    return file.stat().st_size


def _memory(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM:")), 0.0)


def database(size: int, folder: Path) -> Path:
    """Give a database with this many totals; fill it if it does not exist."""
    file = folder / f"{size}.db"
    if not file.exists():
        print(f"filling {size:,} totals", file=sys.stderr)
        unfinished = file.with_suffix(".part")
        asyncio.run(upgrade(f"sqlite+aiosqlite:///{unfinished}"))
        fill(unfinished, size)
        unfinished.rename(file)
    return file


def main() -> None:
    """Measure, print a table, and save the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of totals")
    parser.add_argument("--keep", type=Path, help="a folder to keep the databases in")
    parser.add_argument("--json", type=Path, default=Path("build/totals.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keep: Path = options.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        figures = {
            f"{size:,}": asyncio.run(measure(database(size, keep), size)) for size in options.sizes
        }
    show("Totals", ROWS, {size: [SimpleNamespace(**each)] for size, each in figures.items()})
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
