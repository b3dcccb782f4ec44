"""Queries for a person, a group or a period read only a range of an index."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.changes import Changes, NewChange
from db.filters import Filter
from db.models import Action, Kind
from db.pages import Cursor
from db.sessions import Sessions
from db.summaries import Summaries
from db.totals import Totals
from tests.support.samples import NOON, all_of

MINE = Filter(user_id=7)
GROUP = Filter(chat_id=-1)
YEAR: dict[str, Any] = {"since": NOON - timedelta(days=365), "until": NOON}
FILTERED = Filter(user_id=7, chat_id=-1, kind=Kind.NUMBERS, label="tea", **YEAR)
OF_PERSON = "ix_totals_user_id_created_at_value_label_kind_chat_id"
OF_CHAT = "ix_totals_chat_id_created_at_user_id_value"


@pytest.fixture
def url(sqlite_url: str) -> str:
    """Give an SQLite database, because PostgreSQL's plans depend on the rows in the tables."""
    return sqlite_url


async def plans(engine: AsyncEngine, ask: Callable[[Sessions], Awaitable[Any]]) -> list[str]:
    """Give the steps on `totals` in SQLite's plans of all statements that a call runs."""
    asked: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    await ask(Sessions(engine))
    event.remove(engine.sync_engine, "before_cursor_execute", note)
    steps = []
    async with engine.connect() as connection:
        for statement, values in asked:
            explained = f"EXPLAIN QUERY PLAN {statement}"
            rows = await connection.exec_driver_sql(explained, tuple(values))
            steps += [row.detail for row in rows if "totals" in row.detail]
    assert steps
    return steps


@pytest.mark.parametrize("wanted", [MINE, FILTERED, GROUP])
@pytest.mark.parametrize("at", [None, Cursor("older", 10**9, 5), Cursor("newer", 10**9, 5)])
async def test_a_page_is_found_by_an_index(
    engine: AsyncEngine, wanted: Filter, at: Cursor | None
) -> None:
    for step in await plans(engine, lambda db: Totals(db).page(wanted, limit=10, at=at)):
        assert step.startswith(("SEARCH totals USING INDEX", "SEARCH totals USING COVERING INDEX"))


@pytest.mark.parametrize("wanted", [MINE, FILTERED])
@pytest.mark.parametrize("what", ["summary", "by_day", "by_label", "by_chat"])
async def test_sums_of_a_person_read_only_an_index(
    engine: AsyncEngine, totals: Totals, wanted: Filter, what: str
) -> None:
    asks: dict[str, Callable[[Sessions], Awaitable[Any]]] = {
        "summary": lambda db: Summaries(db).summary(wanted, now=NOON),
        "by_day": lambda db: Summaries(db).by_day(wanted),
        "by_label": lambda db: Summaries(db).by_label(wanted, latest_first=True, limit=10),
        "by_chat": lambda db: Summaries(db).by_chat(wanted, latest_first=True, limit=10),
    }
    assert await all_of(totals) == []
    for step in await plans(engine, asks[what]):
        assert step.startswith(f"SEARCH totals USING COVERING INDEX {OF_PERSON} (user_id=?")


async def test_sums_of_a_group_read_only_an_index(engine: AsyncEngine) -> None:
    for step in await plans(engine, lambda db: Summaries(db).summary(GROUP, now=NOON)):
        assert step.startswith(f"SEARCH totals USING COVERING INDEX {OF_CHAT} (chat_id=?")
    for step in await plans(engine, lambda db: Summaries(db).by_user(GROUP)):
        assert step.startswith(f"SEARCH totals USING COVERING INDEX {OF_CHAT} (chat_id=?")


@pytest.mark.parametrize("wanted", [Filter(), Filter(**YEAR)])
async def test_a_stream_of_all_totals_needs_no_sorting(engine: AsyncEngine, wanted: Filter) -> None:
    for step in await plans(engine, lambda db: anext(Totals(db).stream(wanted), None)):
        assert "USING INDEX ix_totals_created_at" in step


@pytest.mark.parametrize(
    "fields",
    [
        {"action": Action.DELETE, "total_id": 1},
        {"action": Action.RENAME, "label": "tea", "to": "coffee"},
        {"action": Action.ERASE},
        {"action": Action.UNDO},
    ],
    ids=["delete", "rename", "erase", "undo"],
)
async def test_changes_read_no_totals_of_other_people(
    engine: AsyncEngine, fields: dict[str, Any]
) -> None:
    change = NewChange(change_id=bytes(16), user_id=7, made_at=NOON, **fields)
    for step in await plans(engine, lambda db: Changes(db).make(change)):
        assert not step.startswith("SCAN totals")
