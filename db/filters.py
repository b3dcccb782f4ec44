"""Selects totals: one filter for lists, summaries, charts and exports."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Self

from sqlalchemy import ColumnElement

from db.days import DAY, start_of
from db.models import Kind, Total

UNLABELLED = ""
"""The label that selects totals without a label. (A label is never empty.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Conditions that a total must fulfil, all of them; None for no condition.

    Attributes:
        user_id: The opener of the counter.
        chat_id: The chat of the counter.
        kind: The kind of the counter.
        label: The exact label; `UNLABELLED` for totals without a label.
        since: The earliest time, in any time zone.
        until: The time before which totals must be.
    """

    user_id: int | None = None
    chat_id: int | None = None
    kind: Kind | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def on_days(self, first: date | None, last: date | None, zone: tzinfo) -> Self:
        """Give the same filter, limited to a period of local days.

        Args:
            first: The first day, None for no limit.
            last: The last day, included, None for no limit.
            zone: The time zone of the days.
        """
        return replace(
            self,
            since=None if first is None else start_of(first, zone),
            until=None if last in {None, date.max} else start_of(last + DAY, zone),
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Give the conditions as arguments for `where`."""
        conditions = [
            column == value
            for column, value in (
                (Total.user_id, self.user_id),
                (Total.chat_id, self.chat_id),
                (Total.kind, self.kind),
            )
            if value is not None
        ]
        if self.label is not None:
            conditions.append(Total.label == (self.label or None))  # `== None` makes IS NULL
        if self.since is not None:
            conditions.append(Total.created_at >= self.since)
        if self.until is not None:
            conditions.append(Total.created_at < self.until)
        return conditions
