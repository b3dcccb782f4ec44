"""The SQL of docs/totals.md does what the page says."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.totals import Totals
from tests.support.samples import NOON, all_of, new_total

TEXT = (Path(__file__).parents[2] / "docs" / "totals.md").read_text()
LAST_OF_2025 = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
SQLITE_ONLY = ("'unixepoch'", "strftime(")


def statements(language: str) -> Iterator[str]:
    """Yield the statements in the page's code blocks of a language."""
    for block in re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL):
        yield from (statement.strip() for statement in block.split(";") if statement.strip())


def runs_on(statement: str, dialect: str) -> bool:
    """Tell whether a statement in a block of SQL runs on a dialect; some use SQLite's functions."""
    return dialect == "sqlite" or not any(name in statement for name in SQLITE_ONLY)


async def test_every_statement_runs_and_finds_the_totals(
    totals: Totals, engine: AsyncEngine
) -> None:
    for hours in range(3):
        at = NOON - timedelta(hours=hours)
        here = {"user_id": 1000001, "chat_id": -1001234567890, "created_at": at}
        await totals.add(new_total(label="tea", value=hours, **here))
    dialect = engine.dialect.name
    asking = [each for each in statements("sql") if each.startswith("SELECT")]
    shown = [each for each in asking if runs_on(each, dialect)]
    if dialect == "postgresql":
        shown += statements("postgresql")
    assert len(shown) == 5
    async with engine.connect() as connection:
        for statement in shown:
            rows = (await connection.exec_driver_sql(statement)).all()
            assert rows, statement
            assert 3 in {*rows[0], len(rows)}, statement


async def test_what_is_deleted_by_hand_does_not_come_back(
    totals: Totals, engine: AsyncEngine
) -> None:
    old, new, others = (
        new_total(user_id=user_id, created_at=at)
        for user_id, at in ((1000001, LAST_OF_2025), (1000001, NOON), (1000002, LAST_OF_2025))
    )
    for total in (old, new, others):
        await totals.add(total)
    changing = [each for each in statements("sql") if not each.startswith("SELECT")]
    assert (changing[0], changing[-1]) == ("BEGIN", "COMMIT")
    async with engine.begin() as connection:
        for statement in changing[1:-1]:
            await connection.exec_driver_sql(statement)
    for total in (old, new, others):
        await totals.add(total)
    kept = {total.confirmation_id for total in await all_of(totals)}
    assert kept == {new.confirmation_id, others.confirmation_id}


@pytest.mark.parametrize("language", ["sql", "postgresql"])
def test_statements_are_found(language: str) -> None:
    assert len(list(statements(language))) == {"sql": 9, "postgresql": 3}[language]
