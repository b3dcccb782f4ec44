"""Asks for the name of a total that was confirmed without one, if the person wants that."""

from dataclasses import replace
from typing import Any, TypedDict

from aiogram.enums import ContentType
from aiogram.types import Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Cancel

from db.models import LABEL_MAX
from db.totals import NewTotal
from durable_dialogs import unit_of_work
from states import Naming
from widgets.dialog_data import data_of
from widgets.notice import Notice
from widgets.services import texts_of
from widgets.text import T
from widgets.window import Window


class NamingData(TypedDict, total=False):
    """What the dialog keeps. It is started with the total, as `NewTotal.to_json` writes it.

    Attributes:
        label: The name that the person has given.
    """

    label: str


async def get_total(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the total, and its name if it already has one."""
    total = NewTotal.from_json(str(dialog_manager.start_data))
    label = data_of(dialog_manager, NamingData).get("label")
    return {"value": str(total.value), "label": label}


async def take_name(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Name the total: deliver it again with its name; it stays one row.

    Raises:
        Notice: The name is too long.
    """
    label = " ".join((message.text or "").split())
    if not 1 <= len(label) <= LABEL_MAX:
        raise Notice("counter-label-too-long", length=len(label), limit=LABEL_MAX)
    total = replace(NewTotal.from_json(str(manager.start_data)), label=label)
    unit_of_work(manager).deliver(
        f"{total.confirmation_id.hex()}:name",
        total.to_json(),
        late=texts_of(manager)("counter-saved-later", value=str(total.value)),
    )
    data_of(manager, NamingData)["label"] = label
    await manager.switch_to(Naming.named)


asking_window = Window(
    T("name-question"),
    Cancel(T("name-none")),
    MessageInput(take_name, ContentType.TEXT),
    state=Naming.asking,
)

named_window = Window(
    T("counter-label"),
    T("counter-total"),
    Cancel(T("back")),
    state=Naming.named,
)

dialog = Dialog(
    asking_window,
    named_window,
    getter=get_total,
    preview_data={"value": "7", "label": "tea & cake"},
)
