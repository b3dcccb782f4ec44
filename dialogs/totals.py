"""The totals of a person: newest first, a page at a time."""

from datetime import UTC, datetime
from html import escape
from typing import Any, cast

from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, User
from aiogram_dialog import Data, Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Cancel, Row, WebApp
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.filters import Filter
from db.models import Total
from db.pages import Cursor
from db.summaries import Summaries
from db.totals import Totals
from locales import Texts
from states import Totals as TotalsStates
from widgets.access import ANONYMOUS
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

PAGE = 10
"""Totals shown at a time."""

AT = "at"
"""Where the cursor of the page stands in the dialog's data."""


async def begin(_: Data, manager: DialogManager) -> None:
    """Note whose totals are shown.

    Raises:
        Notice: Nobody's: anonymous admins share one id, in all groups.
    """
    person: User = manager.middleware_data["event_from_user"]
    if person.id in ANONYMOUS:
        raise Notice("totals-anonymous")
    manager.dialog_data["owner"] = person.id


async def get_page(
    dialog_manager: DialogManager,
    totals: Totals,
    summaries: Summaries,
    totals_url: str | None,
    texts: Texts,
    **_: object,
) -> dict[str, Any]:
    """Give the page that the dialog stands at."""
    alone = dialog_manager.middleware_data["event_chat"].type == ChatType.PRIVATE
    owner = cast("int", dialog_manager.dialog_data["owner"])
    at = cast("list[Any] | None", dialog_manager.dialog_data.get(AT))
    mine = Filter(user_id=owner)
    page = await totals.page(mine, limit=PAGE, at=Cursor(*at) if at else None)
    summary = await summaries.summary(mine, now=datetime.now(UTC))
    return {
        "rows": "\n".join(_row(total, texts) for total in page.totals),
        "count": summary.count,
        "sum": str(summary.sum),
        "newer": page.newer,
        "older": page.older,
        # Mini Apps are opened in private chats only (Bot API, InlineKeyboardButton).
        "totals_url": totals_url if alone else None,
    }


def _row(total: Total, texts: Texts) -> str:
    shown = {"value": str(total.value), "time": f"{total.created_at:%Y-%m-%d %H:%M}"}
    if total.label is None:
        return texts("totals-row-unnamed", **shown)
    return texts("totals-row", label=escape(total.label, quote=False), **shown)


async def turn(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Turn to the page that the button names."""
    page = await get_page(**manager.middleware_data)
    manager.dialog_data[AT] = list(page[str(button.widget_id)])


list_window = Window(
    T("totals-title"),
    Format("\n{rows}\n", when=F["count"]),
    T("totals-summary", when=F["count"]),
    T("totals-none", when=~F["count"]),
    Row(
        Button(T("totals-newer"), id="newer", on_click=turn, when=F["newer"]),
        Button(T("totals-older"), id="older", on_click=turn, when=F["older"]),
    ),
    WebApp(T("page-open"), Format("{totals_url}"), when=F["totals_url"]),
    Cancel(T("back")),
    state=TotalsStates.list,
)

dialog = Dialog(
    list_window,
    on_start=begin,
    getter=get_page,
    preview_data={
        "rows": "<b>42</b> · tea · 2026-11-20 10:30 UTC\n<b>-1</b> · 2026-11-19 09:00 UTC",
        "count": 2,
        "sum": "41",
        "newer": True,
        "older": True,
        "totals_url": "https://example.org/totals",
    },
)
