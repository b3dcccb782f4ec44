"""Which totals are meant: one filter for lists, summaries, charts and exports."""

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Self

from sqlalchemy import ColumnElement

from db.days import DAY, start_of
from db.models import Kind, Total

UNLABELLED = ""
"""The label to filter by for totals that have none; labels themselves are never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Totals that fulfil all of these; None lets all pass.

    Attributes:
        user_id: Who opened or posted the counter.
        chat_id: Where it stood.
        kind: What it was counted with.
        label: What was counted, as it is written; `UNLABELLED` for totals without a label.
        since: The first moment, of any time zone.
        until: The moment after the last.
    """

    user_id: int | None = None
    chat_id: int | None = None
    kind: Kind | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def on_days(self, first: date | None, last: date | None, zone: tzinfo) -> Self:
        """The same, within a period of local days.

        Args:
            first: The first day, None for the beginning.
            last: The last day, its end included, None for now and later.
            zone: Where the days are.
        """
        return replace(
            self,
            since=None if first is None else start_of(first, zone),
            until=None if last in {None, date.max} else start_of(last + DAY, zone),
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """What to give to `where`."""
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
            conditions.append(Total.label == (self.label or None))  # IS NULL where there is none
        if self.since is not None:
            conditions.append(Total.created_at >= self.since)
        if self.until is not None:
            conditions.append(Total.created_at < self.until)
        return conditions
