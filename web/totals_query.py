"""Query parameters of the API of the page of totals; all others are refused."""

from datetime import date, tzinfo
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from db.filters import Filter
from db.models import LABEL_MAX, Kind
from db.pages import Cursor

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""Earliest and latest day in a query; they limit the number of bars in a chart."""

PAGE_MAX = 100
"""Largest number of totals in one answer."""

Day = Annotated[date, BeforeValidator(date.fromisoformat), Field(ge=FIRST, le=LAST)]


class Wish(BaseModel, extra="forbid"):
    """A filter of one's own totals.

    Attributes:
        label: The counter's name, "" for totals without a name.
        kind: The counter's kind.
        chat: The chat that was counted in.
        since: The first day.
        until: The last day.
    """

    label: str | None = Field(None, max_length=LABEL_MAX, pattern=r"^[^\x00]*$")
    kind: Kind | None = None
    chat: int | None = Field(None, ge=-(2**63), lt=2**63)
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("the period ends before it begins")
        return self

    def filter(self, user_id: int, zone: tzinfo) -> Filter:
        """Make the filter for one person's totals.

        Args:
            user_id: The person's id.
            zone: The person's time zone, which says when a day begins.
        """
        mine = Filter(user_id=user_id, chat_id=self.chat, kind=self.kind, label=self.label)
        return mine.on_days(self.since, self.until, zone)


class ListWish(Wish):
    """A part of the list.

    Attributes:
        limit: The number of totals.
        before: The `next` of the part before, None for the newest totals.
    """

    limit: int = Field(30, ge=1, le=PAGE_MAX)
    before: str | None = Field(None, pattern=r"^[0-9]{1,11}\.[0-9]{1,18}$")

    @property
    def cursor(self) -> Cursor | None:
        """The position of the part, None for the newest totals."""
        if self.before is None:
            return None
        created_at, _, total_id = self.before.partition(".")
        return Cursor("older", int(created_at), int(total_id))
