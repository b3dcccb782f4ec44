"""A name for a total that was confirmed without one; asked for only if the person wants it."""

from dataclasses import replace
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Cancel

from db.models import LABEL_MAX
from db.totals import NewTotal
from durable_dialogs import UnitOfWork
from locales import Texts
from states import Naming
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window


async def get_total(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the total, and its name if it has one by now."""
    total = NewTotal.from_json(str(dialog_manager.start_data))
    return {"value": str(total.value), "label": dialog_manager.dialog_data.get("label")}


async def take_name(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Name the total: it is sent off once more, with its label, and is still one total.

    Raises:
        Notice: The name is too long.
    """
    label = " ".join((message.text or "").split())
    if not 1 <= len(label) <= LABEL_MAX:
        raise Notice("counter-label-too-long", length=len(label), limit=LABEL_MAX)
    total = replace(NewTotal.from_json(str(manager.start_data)), label=label)
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    texts: Texts = manager.middleware_data["texts"]
    transaction.deliver(
        f"{total.confirmation_id.hex()}:name",
        total.to_json(),
        late=texts("counter-saved-later", value=str(total.value)),
    )
    manager.dialog_data["label"] = label
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
