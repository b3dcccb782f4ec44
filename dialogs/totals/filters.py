"""Which totals are looked at: by label, counter, chat and days."""

import asyncio
from datetime import date, timedelta
from typing import Any, cast

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button, Column, Row, ScrollingGroup, Select, SwitchTo
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Kind
from db.summaries import Summaries
from dialogs.totals.overview import AT, PREVIEW, only, to_list
from dialogs.totals.scope import (
    FIRST_DAY,
    KIND_KEYS,
    digest,
    everything,
    filters_of,
    period_of,
    say_label,
    today,
)
from locales import Texts
from states import Totals as States
from widgets.calendar import DayCalendar
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

LABELS = 96
"""Labels that are offered, those used last."""
CHATS = 8
"""Chats that are offered, likewise."""
SHOWN = 30
"""Characters of what is on a button."""
PATIENCE = 3
"""Seconds that Telegram has to tell a chat's title."""

DAYS = {"one": 1, "seven": 7, "thirty": 30}
"""The days of the periods that have a button, by its id."""

log = structlog.get_logger(__name__)


async def get_labels(
    dialog_manager: DialogManager, summaries: Summaries, texts: Texts, **_: object
) -> dict[str, Any]:
    """Give the labels to choose from, those used last first."""
    found = await summaries.by_label(everything(dialog_manager), limit=LABELS, latest_first=True)
    return {
        "labels": [(digest(each.label), _short(say_label(texts, each.label))) for each in found]
    }


async def get_kinds(texts: Texts, **_: object) -> dict[str, Any]:
    """Give the kinds of counters."""
    return {"kinds": [(kind.value, texts(key)) for kind, key in KIND_KEYS.items()]}


async def get_chats(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the chats that the person has counted in."""
    return {"chats": dialog_manager.dialog_data.get("chats", [])}


async def find_label(manager: DialogManager, chosen: str) -> str | None:
    """Give the label of a button, "" for none.

    Raises:
        Notice: There are no totals of it any more.
    """
    summaries: Summaries = manager.middleware_data["summaries"]
    found = await summaries.by_label(everything(manager), limit=LABELS, latest_first=True)
    for each in found:
        if digest(each.label) == chosen:
            return each.label or ""
    raise Notice("notice-not-offered")


async def choose_label(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Look at a label only."""
    await _choose(manager, label=await find_label(manager, chosen))


async def choose_kind(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Look at a kind of counter only."""
    await _choose(manager, kind=Kind(chosen).value)


async def open_chats(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Offer the chats by their titles, which only Telegram knows."""
    summaries: Summaries = manager.middleware_data["summaries"]
    found = await summaries.by_chat(everything(manager), limit=CHATS, latest_first=True)
    ids = [each.chat_id for each in found if each.chat_id is not None]
    manager.dialog_data["chats"] = await asyncio.gather(*(_titled(manager, id_) for id_ in ids))
    await manager.switch_to(States.chat)


async def choose_chat(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Look at a chat only."""
    titles = dict(cast("list[tuple[int, str]]", manager.dialog_data["chats"]))
    await _choose(manager, chat=int(chosen), chat_title=titles[int(chosen)])


async def _titled(manager: DialogManager, chat_id: int) -> tuple[int, str]:
    texts: Texts = manager.middleware_data["texts"]
    bot: Bot = manager.middleware_data["bot"]
    if chat_id == everything(manager).user_id:
        return chat_id, texts("totals-private-chat")
    try:
        chat = await bot.get_chat(chat_id, request_timeout=PATIENCE)
    except TelegramAPIError as error:
        # The bot may have been removed from it since.
        log.info("chat_unknown", error=type(error).__name__)
        return chat_id, texts("totals-chat-unknown", number=str(chat_id))
    return chat_id, chat.title or texts("totals-chat-unknown", number=str(chat_id))


async def choose_days(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Look at the last days only."""
    last = today(manager)
    first = last - timedelta(days=DAYS[str(button.widget_id)] - 1)
    await _choose(manager, first=first.isoformat(), last=None)


def first_bounds(manager: DialogManager) -> tuple[date, date]:
    """Give the days that a period may begin with."""
    return FIRST_DAY, period_of(manager)[1] or today(manager)


def last_bounds(manager: DialogManager) -> tuple[date, date]:
    """Give the days that a period may end with."""
    return period_of(manager)[0] or FIRST_DAY, today(manager)


async def choose_first(
    _callback: object, _calendar: object, manager: DialogManager, day: date, /
) -> None:
    """Look at what came on this day or later only."""
    await _choose(manager, first=day.isoformat())


async def choose_last(
    _callback: object, _calendar: object, manager: DialogManager, day: date, /
) -> None:
    """Look at what came on this day or before only."""
    await _choose(manager, last=day.isoformat())


async def clear(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Look at everything."""
    filters_of(manager).clear()
    manager.dialog_data[AT] = None


async def _choose(manager: DialogManager, **chosen: str | int | None) -> None:
    filters_of(manager).update(chosen)
    # The page that was shown may not be among what is left.
    manager.dialog_data[AT] = None
    await manager.switch_to(States.list)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


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
    ScrollingGroup(
        Select(
            Format("{item[1]}"),
            id="of",
            item_id_getter=lambda item: item[0],
            items="labels",
            on_click=choose_label,
        ),
        id="labels",
        width=2,
        height=8,
        hide_on_single_page=True,
    ),
    to_filters,
    state=States.label,
    getter=get_labels,
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
    Column(
        Select(
            Format("{item[1]}"),
            id="of",
            item_id_getter=lambda item: item[0],
            items="chats",
            on_click=choose_chat,
        )
    ),
    to_filters,
    state=States.chat,
    getter=get_chats,
    preview_data={"chats": [(1, "Friends"), (2, "Colleagues")]},
)

first_window = Window(
    T("totals-first-title"),
    DayCalendar(id="from", bounds=first_bounds, on_click=choose_first),
    to_filters,
    state=States.first_day,
)

last_window = Window(
    T("totals-last-title"),
    DayCalendar(id="to", bounds=last_bounds, on_click=choose_last),
    to_filters,
    state=States.last_day,
)
