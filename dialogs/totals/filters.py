"""The filters: by name, kind of counter, chat and days."""

from datetime import timedelta
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button, Column, Row, ScrollingGroup, Select, SwitchTo
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Kind
from dialogs.totals.kept import Filters, kept
from dialogs.totals.names import find_name, get_names, name_buttons
from dialogs.totals.overview import PREVIEW, only, to_list
from dialogs.totals.scope import KIND_KEYS, everything, filters_of, short, today
from locales import Texts
from states import Totals as States
from widgets.services import services_of, texts_of
from widgets.text import T
from widgets.window import Window

CHATS = 24
"""Chats to choose from: those that the person counted in last."""

DAYS = {"one": 1, "seven": 7, "thirty": 30}
"""The days of each period that has a button, by the button's id."""


async def get_kinds(texts: Texts, **_: object) -> dict[str, Any]:
    """Give the kinds of counters."""
    return {"kinds": [(kind.value, texts(key)) for kind, key in KIND_KEYS.items()]}


async def get_chats(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the chats that the person has counted in."""
    found = kept(dialog_manager).get("chats", [])
    return {"chats": [(chat, short(title)) for chat, title in found]}


async def choose_name(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Show only the totals of a name."""
    await filter_by(manager, {"label": await find_name(manager, chosen)})


async def choose_kind(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Show only the totals of a kind of counter."""
    await filter_by(manager, {"kind": Kind(chosen).value})


async def open_chats(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Offer the chats by their titles, which only Telegram knows."""
    services, texts = services_of(manager), texts_of(manager)
    mine = everything(manager)
    found = await services.summaries.by_chat(mine, limit=CHATS, latest_first=True)
    chats = [each.chat_id for each in found if each.chat_id is not None]
    titles = await services.chat_names.find(chat for chat in chats if chat != mine.user_id)
    own = {mine.user_id: texts("totals-private-chat")}
    kept(manager)["chats"] = [
        (chat, own.get(chat) or titles[chat] or texts("totals-chat-unknown", number=str(chat)))
        for chat in chats
    ]
    await manager.switch_to(States.chat)


async def choose_chat(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Show only the totals of a chat."""
    titles = dict(kept(manager)["chats"])
    await filter_by(manager, {"chat": int(chosen), "chat_title": titles[int(chosen)]})


async def choose_days(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Show only the totals of the last days."""
    first = today(manager) - timedelta(days=DAYS[str(button.widget_id)] - 1)
    await filter_by(manager, {"first": first.isoformat(), "last": None})


async def clear(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Remove all filters."""
    kept(manager)["filters"] = {}
    kept(manager)["at"] = None


async def filter_by(manager: DialogManager, chosen: Filters) -> None:
    """Set filters, and show the first page of the list.

    Args:
        manager: The manager of the update that is being handled.
        chosen: The filters to set; others stay.
    """
    filters_of(manager).update(chosen)
    # The filters may not keep any total of the page that was shown.
    kept(manager)["at"] = None
    await manager.switch_to(States.list)


to_filters = SwitchTo(T("back"), id="filters", state=States.filters)

filters_window = Window(
    T("totals-filter-title"),
    only,
    Row(
        SwitchTo(T("totals-by-label"), id="label", state=States.label),
        SwitchTo(T("totals-by-kind"), id="kind", state=States.kind),
        Button(T("totals-by-chat"), id="chat", on_click=open_chats, when=F["is_own"]),
    ),
    Row(
        Button(T("totals-today"), id="one", on_click=choose_days),
        Button(T("totals-seven-days"), id="seven", on_click=choose_days),
        Button(T("totals-thirty-days"), id="thirty", on_click=choose_days),
    ),
    Row(
        SwitchTo(T("totals-from"), id="first", state=States.first_day),
        SwitchTo(T("totals-to"), id="last", state=States.last_day),
    ),
    Button(T("totals-clear"), id="clear", on_click=clear, when=F["only"]),
    to_list,
    state=States.filters,
    preview_data={**PREVIEW, "only": "Label: <b>tea</b>"},
)

label_window = Window(
    T("totals-label-title"),
    name_buttons(choose_name),
    to_filters,
    state=States.label,
    getter=get_names,
    preview_data={"labels": [("1", "tea"), ("2", "coffee"), ("3", "שלום")]},
)

kind_window = Window(
    T("totals-kind-title"),
    Column(
        Select(
            Format("{item[1]}"),
            id="of",
            item_id_getter=lambda item: item[0],
            items="kinds",
            on_click=choose_kind,
        )
    ),
    to_filters,
    state=States.kind,
    getter=get_kinds,
    preview_data={"kinds": [("numbers", "±1"), ("numbers_fab", "±2")]},
)

chat_window = Window(
    T("totals-chat-title"),
    ScrollingGroup(
        Select(
            Format("{item[1]}"),
            id="of",
            item_id_getter=lambda item: item[0],
            items="chats",
            on_click=choose_chat,
        ),
        id="chats",
        width=1,
        height=8,
        hide_on_single_page=True,
    ),
    to_filters,
    state=States.chat,
    getter=get_chats,
    preview_data={"chats": [(1, "Friends"), (2, "Colleagues")]},
)
