"""Totals as a crowd of people would have saved them in three years, the same each time."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate
from pathlib import Path

EACH = 100
"""Totals that a person has on the average. Half have fewer than 35, a few have thousands."""
BUSY = 100_000
"""Totals that one person has on one day; where there are few in all, a tenth of them."""
BUSY_PERSON = 99
START, YEARS = 1_700_000_000, 3
LABELS = (
    *("tea", "coffee", "push-ups", "cups of tea", "pages read", "km", "cigarettes", "squats"),
    *("glasses of water", "стаканы воды", "отжимания", "страницы", "\N{FLEXED BICEPS}"),
)

Row = tuple[bytes, int, int | None, str, str | None, int, int]


def fill(file: Path, size: int) -> None:
    """Fill a migrated database with totals, in the order in which they were confirmed.

    The indexes are there already, so the file grows as a bot makes it grow.

    Args:
        file: The database.
        size: How many totals.
    """
    chance = random.Random(size)  # noqa: S311 - repeatable, and nothing secret
    people = chance.sample(range(10**8, 8 * 10**9), max(1, size // EACH))
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        # Not durable, as nobody else has the file; nearly all of it stays in memory.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -3000000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO users (id, first_name, created_at) VALUES (?, 'Somebody', ?)",
            ((person, START) for person in (BUSY_PERSON, *people)),
        )
        database.executemany(
            "INSERT INTO totals"
            " (confirmation_id, user_id, chat_id, kind, label, value, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            _rows(chance, people, size),
        )
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def _rows(chance: random.Random, people: list[int], size: int) -> Iterator[Row]:
    busy = min(BUSY, size // 10)
    ordinary = size - busy
    eagerness = list(accumulate(chance.lognormvariate(0, 1.5) for _ in people))
    step = YEARS * 365 * 86_400 / ordinary
    for number in range(ordinary):
        if number == ordinary // 2:
            yield from _busy_day(chance, int(START + number * step), busy)
        (person,) = chance.choices(people, cum_weights=eagerness)
        where = chance.random()
        chat = person if where < 0.8 else -1_001_000_000_000 - person % 1000  # noqa: PLR2004
        inline = where > 0.95  # noqa: PLR2004
        named = chance.random()
        yield (
            chance.randbytes(16),
            person,
            None if inline else chat,
            "inline" if inline else chance.choice(("numbers", "numbers", "numbers_fab")),
            # Of the few labels that each has, one is the usual.
            LABELS[(person + int(4 * named**3)) % len(LABELS)] if named < 0.6 else None,  # noqa: PLR2004
            int(chance.expovariate(0.1)),
            int(START + number * step),
        )


def _busy_day(chance: random.Random, start: int, count: int) -> Iterator[Row]:
    for number in range(count):
        at = start - start % 86_400 + number * 86_400 // count
        yield chance.randbytes(16), BUSY_PERSON, BUSY_PERSON, "numbers", "tea", number % 30, at
