"""Pages of a list of totals, each found from its neighbour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Self

from sqlalchemy import Select, tuple_

from db.models import Total


class Cursor(NamedTuple):
    """A position in the list, and the side of it where a page lies.

    It names a row, not a number of rows to skip, so totals that are saved meanwhile shift nothing.
    `list(cursor)` can be stored as JSON; `Cursor(*stored)` reads it.

    Attributes:
        direction: The side.
        created_at: The time of the total at this position, in seconds since 1970.
        id: The id of the total at this position.
    """

    direction: Literal["older", "newer"]
    created_at: int
    id: int

    @classmethod
    def next_to(cls, total: Total, direction: Literal["older", "newer"]) -> Self:
        """Give the cursor for the totals that are older or newer than this one."""
        return cls(direction, int(total.created_at.timestamp()), total.id)

    def start(self, newest_first: Select[Total]) -> Select[Total]:
        """Limit a query to one side of this position, with the nearest total first."""
        row = tuple_(Total.created_at, Total.id)
        position = (datetime.fromtimestamp(self.created_at, UTC), self.id)
        if self.direction == "older":
            return newest_first.where(row < position)
        nearest_first = newest_first.order_by(None).order_by(Total.created_at, Total.id)
        return nearest_first.where(row > position)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of totals.

    Attributes:
        totals: The totals, newest first.
        older: The cursor of the next older page, None on the last page.
        newer: The cursor of the next newer page, None on the first page.
    """

    totals: Sequence[Total]
    older: Cursor | None
    newer: Cursor | None

    @classmethod
    def of(cls, totals: Sequence[Total], *, older: bool, newer: bool) -> Self:
        """Make a page of these totals.

        Args:
            totals: The totals, newest first.
            older: Whether there are older totals.
            newer: Whether there are newer totals.
        """
        return cls(
            totals,
            Cursor.next_to(totals[-1], "older") if older else None,
            Cursor.next_to(totals[0], "newer") if newer else None,
        )
