"""The counters that a person has open in a chat, and a way to each."""

from html import escape
from operator import itemgetter
from typing import Any, TypedDict

from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Chat
from aiogram_dialog import Data, Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Cancel, Group, Select
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from durable_dialogs import Record, in_topic, location_of_record, stack_id_of, unit_of_work
from locales import Texts
from states import Counters
from widgets.dialog_data import data_of
from widgets.notice import Notice
from widgets.open_counters import OpenCounters
from widgets.services import chat_of, person_of
from widgets.text import T, isolated
from widgets.window import Window

WIDTH = 5
"""Buttons in a row."""


class CountersData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        owner: The id of the person whose counters it shows.
    """

    owner: int


async def begin(_start: Data, manager: DialogManager) -> None:
    """Note whose counters the window shows, because any admin may use an anonymous admin's."""
    data_of(manager, CountersData)["owner"] = person_of(manager).id


async def get_counters(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the counters, oldest first, each with a link if Telegram has one."""
    found, chat = await _open_counters(dialog_manager), chat_of(dialog_manager)
    rows = [
        texts("counters-row", number=str(number), **_row(record, chat, texts))
        for number, record in enumerate(found.values(), 1)
    ]
    return {"rows": "\n".join(rows), "names": list(enumerate(found, 1))}


async def _open_counters(manager: DialogManager) -> dict[str, Record]:
    owner = data_of(manager, CountersData)["owner"]
    return await OpenCounters(unit_of_work(manager)).of(owner)


def _row(record: Record, chat: Chat, texts: Texts) -> dict[str, str]:
    context = record.contexts[record.stack["intents"][-1]]
    label = isolated(context["start_data"]["label"] or texts("counters-unnamed"))
    counter = escape(label, quote=False)
    if link := _link(record, chat):
        counter = f'<a href="{link}">{counter}</a>'
    return {"counter": counter, "value": str(context["dialog_data"]["value"])}


def _link(record: Record, chat: Chat) -> str | None:
    """Give the link to a counter's message, in supergroups (core.telegram.org/api/links)."""
    message_id = record.message_id or 0
    if chat.type != ChatType.SUPERGROUP or message_id <= 0:
        return None
    _, thread_id = location_of_record(record.key)
    if thread_id is not None and thread_id < 0:
        return None  # a direct message of a channel
    path = [str(chat.id).removeprefix("-100"), thread_id, message_id]
    return "https://t.me/c/" + "/".join(str(part) for part in path if part)


async def post_anew(
    _callback: CallbackQuery, _select: object, manager: DialogManager, name: str
) -> None:
    """Send a counter anew at the end of its topic; its former message loses its buttons.

    If that topic is deleted or closed, the counter moves to this topic, or else to the chat
    itself.

    Raises:
        Notice: The counter is not open any more.
    """
    found = await _open_counters(manager)
    # The record's name contains its topic, and the counter may have moved since it was listed.
    moved = (each for each in found if stack_id_of(each) == stack_id_of(name))
    name = name if name in found else next(moved, "")
    if not name:
        raise Notice("notice-not-offered")
    manager.show_mode = ShowMode.NO_UPDATE
    key = found[name].key
    _, thread_id = location_of_record(key)
    async with in_topic(manager, thread_id, stack_id_of(key)) as counter:
        await counter.show(ShowMode.SEND)


list_window = Window(
    T("counters-title"),
    Format("\n{rows}\n", when=F["rows"]),
    T("counters-hint", when=F["rows"]),
    T("counters-none", when=~F["rows"]),
    Group(
        Select(
            Format("{item[0]}"),
            id="post",
            item_id_getter=itemgetter(1),
            items="names",
            on_click=post_anew,
        ),
        width=WIDTH,
    ),
    Cancel(T("back")),
    state=Counters.list,
)

dialog = Dialog(
    list_window,
    on_start=begin,
    getter=get_counters,
    preview_data={
        "rows": "1. tea &amp; cake: <b>42</b>\n2. Counter: <b>-1</b>",
        "names": [(1, "::m1"), (2, "::m2")],
    },
)
