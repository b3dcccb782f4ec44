"""Totals to test with, and changes of them."""

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
    """An ordinary total, but for some of its fields."""
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
    """What a filter lets pass, newest first."""
    return [total async for total in totals.stream(Filter(**wanted))]


def asked(action: Action, **fields: Any) -> NewChange:
    """What person 7 asks for at noon."""
    ordinary: dict[str, Any] = {"change_id": secrets.token_bytes(16), "user_id": 7, "made_at": NOON}
    return NewChange(action=action, **ordinary | fields)


def undo(change: NewChange, *, after: timedelta = UNDO, **fields: Any) -> NewChange:
    """Take a change back, in the last moment or after some other time."""
    return asked(Action.UNDO, change_id=change.change_id, made_at=change.made_at + after, **fields)


def rows(totals: list[Total]) -> list[dict[str, Any]]:
    """All that is known of totals."""
    return [
        {column: getattr(total, column) for column in Total.__table__.columns.keys()}  # noqa: SIM118
        for total in totals
    ]
