"""Sample totals, and changes of totals."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from db.changes import UNDO, NewChange
from db.filters import Filter
from db.models import Action, Kind, Total
from db.totals import NewTotal, Totals

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def new_total(**changes: Any) -> NewTotal:
    """Make a total; set some of its fields."""
    ordinary = NewTotal(
        confirmation_id=secrets.token_bytes(16),
        user_id=7,
        chat_id=-1001234567890,
        kind=Kind.NUMBERS,
        label=None,
        value=1,
        created_at=NOON,
    )
    return replace(ordinary, **changes)


async def all_of(totals: Totals, **wanted: Any) -> list[Total]:
    """Read the totals that pass a filter, newest first."""
    return [total async for total in totals.stream(Filter(**wanted))]


def asked(action: Action, **fields: Any) -> NewChange:
    """Make a change that person 7 asks for at noon."""
    ordinary: dict[str, Any] = {"change_id": secrets.token_bytes(16), "user_id": 7, "made_at": NOON}
    return NewChange(action=action, **ordinary | fields)


def undo(change: NewChange, *, after: timedelta = UNDO, **fields: Any) -> NewChange:
    """Make the change that undoes another one, after a time; by default at the last moment."""
    return asked(Action.UNDO, change_id=change.change_id, made_at=change.made_at + after, **fields)


def rows(totals: list[Total]) -> list[dict[str, Any]]:
    """Give all columns of totals."""
    return [
        {column.key: getattr(total, column.key) for column in Total.__table__.columns}
        for total in totals
    ]
