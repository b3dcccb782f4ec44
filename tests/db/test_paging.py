"""The pages of a person's totals, in both directions, agree with a list in Python."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.filters import Filter
from db.pages import Cursor, Page
from db.totals import Totals
from tests.support.samples import NOON, new_total

# Few different seconds, so that many totals share one.
SECONDS = st.lists(st.integers(0, 5), max_size=12)
STEPS = st.lists(st.one_of(st.sampled_from(["older", "newer"]), st.integers(0, 5)), max_size=12)
LIMITS = st.integers(1, 4)

Row = tuple[int, int]
"""The time of a total (seconds after noon), and its number in the order of saving."""


@pytest.fixture(scope="module")
def persons() -> Iterator[int]:
    """Give the ids of people: a new one for each example, because all share one database."""
    return count(1)


class Model:
    """The list of totals in plain Python.

    Args:
        limit: The number of totals on a page.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.rows: list[Row] = []

    def newest(self) -> list[Row]:
        """Give the page of the newest totals."""
        return sorted(self.rows, reverse=True)[: self.limit]

    def older(self, shown: list[Row]) -> list[Row]:
        """Give the page after the one that is shown."""
        return sorted((row for row in self.rows if row < shown[-1]), reverse=True)[: self.limit]

    def newer(self, shown: list[Row]) -> list[Row]:
        """Give the page before the one that is shown."""
        left = sorted(row for row in self.rows if row > shown[0])
        return left[: self.limit][::-1] if len(left) > self.limit else self.newest()


class Window:
    """A window of totals: it keeps a cursor as JSON and shows that cursor's page."""

    def __init__(self, totals: Totals, user_id: int, limit: int) -> None:
        self.totals, self.user_id, self.limit = totals, user_id, limit
        self.at = "null"
        self.order: dict[bytes, int] = {}

    async def add(self, second: int) -> Row:
        """Save a total with the time `second` seconds after noon."""
        new = new_total(user_id=self.user_id, created_at=NOON + timedelta(seconds=second))
        assert await self.totals.add(new)
        row = second, len(self.order)
        self.order[new.confirmation_id] = row[1]
        return row

    async def page(self) -> Page:
        """Give the page of the cursor."""
        stored = json.loads(self.at)
        return await self.totals.page(
            Filter(user_id=self.user_id), limit=self.limit, at=stored and Cursor(*stored)
        )

    def rows(self, page: Page) -> list[Row]:
        """Give the totals of a page as rows of the model."""
        return [
            ((total.created_at - NOON).seconds, self.order[total.confirmation_id])
            for total in page.totals
        ]

    def go(self, cursor: Cursor) -> None:
        """Turn to the page of a cursor, as a button does."""
        self.at = json.dumps(list(cursor))


SHARED = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SHARED
@given(seconds=SECONDS, steps=STEPS, limit=LIMITS)
async def test_paging_agrees_with_a_list(
    totals: Totals,
    persons: Iterator[int],
    seconds: list[int],
    steps: list[str | int],
    limit: int,
) -> None:
    window, model = Window(totals, next(persons), limit), Model(limit)
    for second in seconds:
        model.rows.append(await window.add(second))
    page, expected = await window.page(), model.newest()
    assert window.rows(page) == expected

    for step in steps:
        if isinstance(step, int):  # a counter is confirmed while the window is open
            model.rows.append(await window.add(step))
            page = await window.page()
            expected = window.rows(page)
        elif step == "older" and page.older:
            window.go(page.older)
            page, expected = await window.page(), model.older(expected)
        elif step == "newer" and page.newer:
            window.go(page.newer)
            page, expected = await window.page(), model.newer(expected)
        assert window.rows(page) == expected
        assert (page.older is not None) == bool(expected and model.older(expected))
        assert (page.newer is not None) == bool(expected and expected[0] != max(model.rows))


@SHARED
@given(seconds=SECONDS, limit=LIMITS)
async def test_a_walk_to_the_end_meets_every_total_once(
    totals: Totals, persons: Iterator[int], seconds: list[int], limit: int
) -> None:
    window = Window(totals, next(persons), limit)
    rows = [await window.add(second) for second in seconds]

    met = window.rows(page := await window.page())
    while page.older:
        window.go(page.older)
        met += window.rows(page := await window.page())
    assert met == sorted(rows, reverse=True)


async def test_a_page_has_the_totals_of_one_person(totals: Totals) -> None:
    await totals.add(new_total(user_id=7, value=1))
    await totals.add(new_total(user_id=8, value=2))
    page = await totals.page(Filter(user_id=8), limit=5)
    assert [total.value for total in page.totals] == [2]


@pytest.mark.parametrize("direction", ["older", "newer"])
async def test_a_cursor_past_the_end_shows_the_newest(totals: Totals, direction: str) -> None:
    await totals.add(new_total())
    at = Cursor("older", 0, 0) if direction == "older" else Cursor("newer", 2**33, 0)
    page = await totals.page(Filter(user_id=7), limit=5, at=at)
    assert len(page.totals) == 1
    assert page.older is page.newer is None
