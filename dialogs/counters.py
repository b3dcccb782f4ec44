"""The counters that a person has open in a chat, and the way to each."""

from html import escape
from operator import itemgetter
from typing import Any, cast

from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Chat, User
from aiogram_dialog import Data, Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import Cancel, Group, Select
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from durable_dialogs import (
    OpenCounters,
    Record,
    UnitOfWork,
    in_topic,
    location_of_record,
    stack_id_of,
)
from locales import Texts
from states import Counters
from widgets.notice import Notice
from widgets.text import T, isolated
from widgets.window import Window

WIDTH = 5
"""Buttons in a row."""


async def begin(_: Data, manager: DialogManager) -> None:
    """Note whose counters are shown: a window of an anonymous admin is any admin's."""
    person: User = manager.middleware_data["event_from_user"]
    manager.dialog_data["owner"] = person.id


async def get_counters(
    dialog_manager: DialogManager,
    transaction: UnitOfWork,
    event_chat: Chat,
    texts: Texts,
    **_: object,
) -> dict[str, Any]:
    """Give the counters, oldest first, each with a link where Telegram has one."""
    found = await OpenCounters(transaction).of(cast("int", dialog_manager.dialog_data["owner"]))
    rows = [
        texts("counters-row", number=str(number), **_row(record, event_chat, texts))
        for number, record in enumerate(found.values(), 1)
    ]
    return {"rows": "\n".join(rows), "names": list(enumerate(found, 1))}


def _row(record: Record, chat: Chat, texts: Texts) -> dict[str, str]:
    context = record.contexts[record.stack["intents"][-1]]
    label = isolated(context["start_data"]["label"] or texts("counters-unnamed"))
    counter = escape(label, quote=False)
    if link := _link(record, chat):
        counter = f'<a href="{link}">{counter}</a>'
    return {"counter": counter, "value": str(context["dialog_data"]["value"])}


def _link(record: Record, chat: Chat) -> str | None:
    """Give the link to a message, which only supergroups have (core.telegram.org/api/links)."""
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
    """Post a counter at the end of its topic; the message that it stood on loses its buttons.

    Where the topic is gone or closed it comes to this one, or else to the chat itself, and goes
    on there.
    """
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    found = await OpenCounters(transaction).of(cast("int", manager.dialog_data["owner"]))
    # It may have moved to another topic since it was listed, which is a part of its name.
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
