"""The list of totals, newest first; their summary; and the people of a group."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button, Cancel, Row, SwitchTo, WebApp
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Total
from db.pages import Cursor, Page
from db.summaries import Amount, Person, Summary
from dialogs.totals.kept import kept
from dialogs.totals.scope import wanted
from locales import Texts
from states import Totals as States
from widgets.services import services_of, zone_of
from widgets.text import T, isolated
from widgets.window import Window
from widgets.zone import local_time, mark

PAGE = 10
"""Totals on a page."""

PEOPLE = 20
"""People that the window shows: those with the most totals."""


async def page_of(manager: DialogManager) -> Page:
    """Give the page of totals that the person has turned to."""
    totals, at = services_of(manager).totals, kept(manager).get("at")
    return await totals.page(wanted(manager), limit=PAGE, at=Cursor(*at) if at else None)


async def _summary_of(manager: DialogManager) -> Summary:
    summaries = services_of(manager).summaries
    return await summaries.summary(wanted(manager), zone_of(manager), now=datetime.now(UTC))


async def get_page(
    dialog_manager: DialogManager, totals_url: str | None, texts: Texts, **_: object
) -> dict[str, Any]:
    """Give the page, and the number and sum of all pages."""
    page, summary = await page_of(dialog_manager), await _summary_of(dialog_manager)
    zone = zone_of(dialog_manager)
    return {
        "rows": "\n".join(
            row(texts, total, local_time(texts, total.created_at, zone)) for total in page.totals
        ),
        "count": summary.count,
        "sum": str(summary.sum),
        "newer": page.newer,
        "older": page.older,
        "totals_url": totals_url,
    }


def row(texts: Texts, total: Total, time: str) -> str:
    """Give a line of the list."""
    shown = {"value": str(total.value), "time": time}
    if total.label is None:
        return texts("totals-row-unnamed", **shown)
    return texts("totals-row", label=escape(isolated(total.label), quote=False), **shown)


async def get_summary(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give a summary of the totals."""
    summary = await _summary_of(dialog_manager)
    return {
        "count": summary.count,
        "sum": str(summary.sum),
        "mean": round(summary.mean or 0, 2),
        "smallest": str(summary.smallest),
        "largest": str(summary.largest),
        "today": _amount(texts, summary.today),
        "week": _amount(texts, summary.week),
        "streak": summary.streak,
        "zone": mark(zone_of(dialog_manager)),
    }


async def get_people(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the people who counted in this group."""
    summaries = services_of(dialog_manager).summaries
    people = await summaries.by_user(wanted(dialog_manager), limit=PEOPLE)
    return {"people": "\n".join(_person(texts, person) for person in people)}


def _person(texts: Texts, person: Person) -> str:
    name = escape(person.first_name or person.username or "", quote=False)
    amount = _amount(texts, Amount(person.count, person.sum))
    return texts("totals-person", name=name or texts("totals-somebody"), amount=amount)


def _amount(texts: Texts, amount: Amount) -> str:
    return texts("totals-summary", count=amount.count, sum=str(amount.sum))


async def turn(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Turn to the page that the button names."""
    page = await page_of(manager)
    kept(manager)["at"] = list(getattr(page, str(button.widget_id)) or ()) or None


pager = Row(
    Button(T("totals-newer"), id="newer", on_click=turn, when=F["newer"]),
    Button(T("totals-older"), id="older", on_click=turn, when=F["older"]),
)

only = Format("{only}", when=F["only"])

title = (T("totals-title", when=F["is_own"]), T("totals-title-group", when=F["is_group"]))

to_list = SwitchTo(T("back"), id="list", state=States.list)

PREVIEW = {"only": "", "whatever_day": "", "is_own": True, "is_group": False}
"""What previews show of `dialogs.totals.scope.get_scope`."""

ROWS = "<b>42</b> · tea · Nov 20, 2026, 10:30 AM UTC\n<b>-1</b> · Nov 19, 2026, 9:00 AM UTC"

list_window = Window(
    *title,
    only,
    Format("\n{rows}\n", when=F["rows"]),
    T("totals-summary", when=F["count"]),
    T("totals-none", when=~F["count"] & ~F["only"]),
    T("totals-none-such", when=~F["count"] & F["only"]),
    pager,
    Row(
        SwitchTo(T("totals-filter"), id="filters", state=States.filters),
        SwitchTo(T("totals-at-a-glance"), id="summary", state=States.summary, when=F["count"]),
        when=F["count"] | F["only"],
    ),
    Row(
        SwitchTo(T("totals-chart"), id="chart", state=States.chart, when=F["count"]),
        SwitchTo(
            T("totals-people"), id="people", state=States.people, when=F["is_group"] & F["count"]
        ),
        SwitchTo(T("totals-data"), id="data", state=States.data, when=F["is_own"]),
        when=F["count"] | F["only"],
    ),
    # Mini Apps are opened in private chats only (Bot API, InlineKeyboardButton).
    WebApp(T("page-open"), Format("{totals_url}"), when=F["totals_url"] & ~F["is_group"]),
    Cancel(T("back")),
    state=States.list,
    getter=get_page,
    preview_data={
        **PREVIEW,
        "rows": ROWS,
        "count": 2,
        "sum": "41",
        "newer": True,
        "older": True,
        "totals_url": "https://example.org/totals",
    },
)

summary_window = Window(
    *title,
    only,
    T("totals-none-such", when=~F["count"]),
    T("totals-glance", when=F["count"]),
    to_list,
    state=States.summary,
    getter=get_summary,
    preview_data={
        **PREVIEW,
        "count": 2,
        "sum": "41",
        "mean": 20.5,
        "smallest": "-1",
        "largest": "42",
        "today": "1 total, sum 42",
        "week": "2 totals, sum 41",
        "streak": 2,
        "zone": " UTC",
    },
)

people_window = Window(
    T("totals-people-title"),
    only,
    Format("\n{people}"),
    to_list,
    state=States.people,
    getter=get_people,
    preview_data={**PREVIEW, "people": "<b>Ann</b>: 2 totals, sum 41"},
)
