"""Renames a counter in all of the person's totals."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery, Message
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.input import ManagedTextInput, TextInput
from aiogram_dialog.widgets.kbd import Button, Select, SwitchTo
from magic_filter import F

from db.models import LABEL_MAX, Action
from dialogs.totals.changes import confirm, plan, planned
from dialogs.totals.data import to_data
from dialogs.totals.names import find_name, get_names, name_buttons
from dialogs.totals.scope import everything, say_name
from locales import Texts
from states import Totals as States
from widgets.answers import answer
from widgets.services import services_of
from widgets.text import T
from widgets.window import Window


async def choose(
    _callback: CallbackQuery, _select: Select[str], manager: DialogManager, chosen: str
) -> None:
    """Ask for the new name."""
    plan(manager, Action.RENAME, {"label": await find_name(manager, chosen)})
    await manager.switch_to(States.new_label)


async def name(
    message: Message, _input: ManagedTextInput[str], manager: DialogManager, text: str, /
) -> None:
    """Take the new name; any text is a name."""
    label = " ".join(text.split())
    if not 1 <= len(label) <= LABEL_MAX:
        answer(manager, message, "totals-label-length", length=len(label), limit=LABEL_MAX)
    elif label == planned(manager)["label"]:
        answer(manager, message, "totals-label-same")
    else:
        await _ask(manager, label)


async def unname(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Remove the name."""
    await _ask(manager, "")


async def _ask(manager: DialogManager, label: str) -> None:
    plan(manager, Action.RENAME, {"label": planned(manager)["label"], "to": label})
    await manager.switch_to(States.relabel)


async def get_renaming(dialog_manager: DialogManager, texts: Texts, **_: object) -> dict[str, Any]:
    """Give the name before and after, and how many totals have it."""
    planned_now = planned(dialog_manager)
    label = planned_now.get("label", "")
    named = replace(everything(dialog_manager), label=label)
    summary = await services_of(dialog_manager).summaries.summary(named, now=datetime.now(UTC))
    return {
        "old": say_name(texts, label),
        "new": say_name(texts, planned_now.get("to")),
        "count": summary.count,
        "named": bool(label),
        "limit": LABEL_MAX,
    }


rename_window = Window(
    T("totals-rename-title"),
    name_buttons(choose),
    to_data,
    state=States.rename,
    getter=get_names,
    preview_data={"labels": [("1", "tea"), ("2", "coffee")]},
)

new_label_window = Window(
    T("totals-new-label-title"),
    TextInput(id="new_label", on_success=name),
    Button(T("totals-unname"), id="unname", on_click=unname, when=F["named"]),
    SwitchTo(T("back"), id="rename", state=States.rename),
    state=States.new_label,
    getter=get_renaming,
    preview_data={"old": "tea & cake", "named": True, "limit": LABEL_MAX},
)

relabel_window = Window(
    T("totals-relabel-title"),
    Button(T("totals-relabel"), id="confirm", on_click=confirm),
    SwitchTo(T("totals-keep"), id="keep", state=States.rename),
    state=States.relabel,
    getter=get_renaming,
    preview_data={"old": "tea & cake", "new": "coffee", "count": 2},
)
