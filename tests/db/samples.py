"""Totals to test with."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from db.filters import Filter
from db.models import Kind, Total
from db.totals import NewTotal, Totals

NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


def new_total(**changes: Any) -> NewTotal:  # noqa: ANN401  (whatever its fields take)
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


async def all_of(totals: Totals, **wanted: Any) -> list[Total]:  # noqa: ANN401  (a filter's fields)
    """What a filter lets pass, newest first."""
    return [total async for total in totals.stream(Filter(**wanted))]
