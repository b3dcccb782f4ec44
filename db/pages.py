"""Pages of totals, each found from its neighbour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Self

from sqlalchemy import Select, tuple_

from db.models import Total


class Cursor(NamedTuple):
    """What a page shows: the totals next to a place in the list.

    It names a row, not a number of rows to skip, so totals that are saved
    meanwhile shift nothing. `list(cursor)` is plain JSON, `Cursor(*stored)`
    the way back.

    Attributes:
        direction: On which side of the place.
        created_at: The time of the total at the place, seconds since 1970.
        id: Its id.
    """

    direction: Literal["older", "newer"]
    created_at: int
    id: int

    @classmethod
    def next_to(cls, total: Total, direction: Literal["older", "newer"]) -> Self:
        """The cursor of the totals that are older, or newer, than this one."""
        return cls(direction, int(total.created_at.timestamp()), total.id)

    def start(self, newest_first: Select[Total]) -> Select[Total]:
        """Begin a query at this place, going away from it."""
        row = tuple_(Total.created_at, Total.id)
        place = (datetime.fromtimestamp(self.created_at, UTC), self.id)
        if self.direction == "older":
            return newest_first.where(row < place)
        nearest_first = newest_first.order_by(None).order_by(Total.created_at, Total.id)
        return nearest_first.where(row > place)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list of totals.

    Attributes:
        totals: Newest first.
        older: What to ask for next on the way back in time, None on the last page.
        newer: What to ask for next on the way to the present, None on the first page.
    """

    totals: Sequence[Total]
    older: Cursor | None
    newer: Cursor | None

    @classmethod
    def of(cls, totals: Sequence[Total], *, older: bool, newer: bool) -> Self:
        """A page of these totals, and whether there are older and newer ones."""
        return cls(
            totals,
            Cursor.next_to(totals[-1], "older") if older else None,
            Cursor.next_to(totals[0], "newer") if newer else None,
        )
