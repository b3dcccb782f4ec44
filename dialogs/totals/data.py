"""The person's own data: export it as a document, delete one total or everything."""

from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button, Cancel, Column, Row, Select, SwitchTo
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.export import Format as Written
from db.filters import Filter
from db.models import Action, Total
from dialogs.totals.changes import confirm, get_plan, plan
from dialogs.totals.kept import TotalsStart
from dialogs.totals.overview import PREVIEW, only, page_of, pager
from dialogs.totals.scope import everything, wanted
from durable_dialogs import topic_of, unit_of_work
from exports.orders import Order
from states import Totals as States
from widgets.dialog_data import start_of
from widgets.notice import Notice
from widgets.services import chat_of, services_of, texts_of, zone_of
from widgets.text import T, isolated
from widgets.window import Window
from widgets.zone import local_time


async def get_count(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give how many totals there are, all and filtered, and whether the settings opened this."""
    summaries = services_of(dialog_manager).summaries
    now, zone = datetime.now(UTC), zone_of(dialog_manager)
    every = await summaries.summary(everything(dialog_manager), zone, now=now)
    shown = await summaries.summary(wanted(dialog_manager), zone, now=now)
    return {
        "every": every.count,
        "count": shown.count,
        "sum": str(shown.sum),
        "alone": "alone" in start_of(dialog_manager, TotalsStart),
    }


async def get_items(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the totals of a page to choose from."""
    page = await page_of(dialog_manager)
    return {
        "items": [(total.id, _say(dialog_manager, total)) for total in page.totals],
        "newer": page.newer,
        "older": page.older,
    }


async def order(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Order the filtered totals as a document, in the format that the button's id names.

    Raises:
        Notice: Too many of the person's documents are not sent yet.
    """
    _send(callback, manager, wanted(manager), Written(str(button.widget_id)))


async def order_all(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Order everything that Tally keeps of the person, whatever the filters are.

    Raises:
        Notice: Too many of the person's documents are not sent yet.
    """
    _send(callback, manager, everything(manager), Written.JSON, is_whole=True)


def _send(
    callback: CallbackQuery,
    manager: DialogManager,
    what: Filter,
    form: Written,
    *,
    is_whole: bool = False,
) -> None:
    chat_id, texts = chat_of(manager).id, texts_of(manager)
    if not services_of(manager).exports.has_room(chat_id):
        raise Notice("totals-export-busy")
    ordered = Order(
        chat_id=chat_id,
        format=form,
        wanted=what,
        language=texts.language,
        is_whole=is_whole,
        thread_id=topic_of(manager),
    )
    coming = texts("totals-export-coming")
    unit_of_work(manager).deliver(f"export:{callback.id}", ordered.to_json(), late=coming)


async def choose(
    _callback: CallbackQuery, _select: Select[int], manager: DialogManager, total_id: int
) -> None:
    """Ask whether to delete a total.

    Raises:
        Notice: The total is deleted already.
    """
    total = await services_of(manager).totals.get(chat_of(manager).id, total_id)
    if total is None:
        raise Notice("notice-not-offered")
    plan(manager, Action.DELETE, {"total_id": total_id, "what": _say(manager, total)})
    await manager.switch_to(States.delete)


async def ask_to_erase(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Ask whether to delete everything."""
    summaries = services_of(manager).summaries
    summary = await summaries.summary(everything(manager), now=datetime.now(UTC))
    plan(manager, Action.ERASE, {"count": summary.count})
    await manager.switch_to(States.erase)


def _say(manager: DialogManager, total: Total) -> str:
    time = local_time(texts_of(manager), total.created_at, zone_of(manager))
    label = isolated(total.label or "")
    return " · ".join(part for part in (str(total.value), label, time) if part)


to_data = SwitchTo(T("back"), id="data", state=States.data)

data_window = Window(
    T("totals-data-title"),
    only,
    T("totals-summary"),
    Row(
        Button(T("totals-csv"), id=Written.CSV.value, on_click=order),
        Button(T("totals-json"), id=Written.JSON.value, on_click=order),
        when=F["count"],
    ),
    Button(T("data-everything"), id="everything", on_click=order_all),
    SwitchTo(T("totals-rename"), id="rename", state=States.rename, when=F["every"]),
    SwitchTo(T("totals-pick"), id="pick", state=States.pick, when=F["count"]),
    Button(T("totals-erase"), id="erase", on_click=ask_to_erase),
    Cancel(T("back"), when=F["alone"]),
    SwitchTo(T("back"), id="list", state=States.list, when=~F["alone"]),
    state=States.data,
    getter=get_count,
    preview_data={**PREVIEW, "every": 2, "count": 2, "sum": "41", "alone": False},
)

pick_window = Window(
    T("totals-pick-title"),
    only,
    Column(
        Select(
            Format("{item[1]}"),
            id="total",
            item_id_getter=lambda item: item[0],
            items="items",
            type_factory=int,
            on_click=choose,
        )
    ),
    pager,
    to_data,
    state=States.pick,
    getter=get_items,
    preview_data={**PREVIEW, "items": [(1, "42 · tea · Nov 20, 2026")], "newer": 1, "older": 1},
)

delete_window = Window(
    T("totals-delete-title"),
    Button(T("totals-delete"), id="confirm", on_click=confirm),
    SwitchTo(T("totals-keep"), id="keep", state=States.pick),
    state=States.delete,
    getter=get_plan,
    preview_data={"what": "42 · tea & cake"},
)

erase_window = Window(
    T("totals-erase-title"),
    T("totals-erase-kept"),
    Button(T("totals-erase"), id="confirm", on_click=confirm),
    SwitchTo(T("totals-keep"), id="keep", state=States.data),
    state=States.erase,
    getter=get_plan,
    preview_data={"count": 2},
)
