"""Fills a database with totals as many people would save them in three years; repeatable."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate
from pathlib import Path

EACH = 100
"""The mean number of totals a person. Half of the people have fewer than 35, some thousands."""
BUSY = 100_000
"""The number of totals that one person saves on one day; at most a tenth of all."""
BUSY_PERSON = 99
ALONE, INLINE, NAMED = 0.8, 0.05, 0.6
"""The shares of totals that are saved in a private chat, through inline mode, and with a name."""
START, YEARS = 1_700_000_000, 3
LABELS = (
    *("tea", "coffee", "push-ups", "cups of tea", "pages read", "km", "cigarettes", "squats"),
    *("glasses of water", "стаканы воды", "отжимания", "страницы", "\N{FLEXED BICEPS}"),
)

Row = tuple[bytes, int, int | None, str, str | None, int, int]


def fill(file: Path, size: int) -> None:
    """Fill a migrated database with totals, in the order of their confirmation.

    The indexes exist already, so the file becomes as large as with a bot.

    Args:
        file: The database.
        size: The number of totals.
    """
    chance = random.Random(size)
    people = chance.sample(range(10**8, 8 * 10**9), max(1, size // EACH))
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        # Without durability, because nothing is lost if this fails; most stays in memory.
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
        chat = person if where < ALONE else -1_001_000_000_000 - person % 1000
        inline = where > 1 - INLINE
        named = chance.random()
        yield (
            chance.randbytes(16),
            person,
            None if inline else chat,
            "inline" if inline else chance.choice(("numbers", "numbers", "numbers_fab")),
            # Each person has a few labels, and uses one of them most.
            LABELS[(person + int(4 * named**3)) % len(LABELS)] if named < NAMED else None,
            int(chance.expovariate(0.1)),
            int(START + number * step),
        )


def _busy_day(chance: random.Random, start: int, count: int) -> Iterator[Row]:
    for number in range(count):
        at = start - start % 86_400 + number * 86_400 // count
        yield chance.randbytes(16), BUSY_PERSON, BUSY_PERSON, "numbers", "tea", number % 30, at
