"""What the page of totals may ask for; anything else is refused."""

from datetime import date, tzinfo
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from db.filters import Filter
from db.models import LABEL_MAX, Kind
from db.pages import Cursor

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""The days that can be asked for; a chart has a place for each year between."""

PAGE_MAX = 100
"""Totals that can be asked for at once."""

Day = Annotated[date, BeforeValidator(date.fromisoformat), Field(ge=FIRST, le=LAST)]


class Wish(BaseModel, extra="forbid"):
    """Which of one's own totals.

    Attributes:
        label: What was counted, "" for totals without a label.
        kind: What it was counted with.
        chat: Where.
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
        """Give the filter, for nobody's totals but this person's, whose days are there."""
        mine = Filter(user_id=user_id, chat_id=self.chat, kind=self.kind, label=self.label)
        return mine.on_days(self.since, self.until, zone)


class ListWish(Wish):
    """Which part of the list.

    Attributes:
        limit: How many totals.
        before: The `next` of the part before; without it the newest.
    """

    limit: int = Field(30, ge=1, le=PAGE_MAX)
    before: str | None = Field(None, pattern=r"^[0-9]{1,11}\.[0-9]{1,18}$")

    @property
    def cursor(self) -> Cursor | None:
        """Where the part begins."""
        if self.before is None:
            return None
        created_at, _, total_id = self.before.partition(".")
        return Cursor("older", int(created_at), int(total_id))
