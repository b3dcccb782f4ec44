"""Changes of totals: the person confirms them, and can undo them for a while."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button
from magic_filter import F

from db.changes import UNDO, NewChange
from db.models import Action
from dialogs.totals.kept import Change, kept
from dialogs.totals.overview import to_list
from durable_dialogs import unit_of_work
from states import Totals as States
from widgets.notice import Notice
from widgets.services import chat_of, texts_of
from widgets.text import T
from widgets.window import Window


def plan(manager: DialogManager, action: Action, details: Change) -> None:
    """Keep a change for the person to confirm, under a new id.

    Args:
        manager: The manager of the update that is being handled.
        action: What the change does.
        details: The other fields of the change.
    """
    change = Change(id=secrets.token_hex(16), action=action.value)
    change.update(details)
    kept(manager)["plan"] = change


def planned(manager: DialogManager) -> Change:
    """Give the change that the person may confirm, empty if there is none."""
    return kept(manager).get("plan", {})


async def get_plan(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the change that the person may confirm."""
    return {**planned(dialog_manager)}


async def confirm(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Make the planned change."""
    data = kept(manager)
    planned_now = data["plan"]
    data["change"] = {**planned_now, "at": time.time()}
    data["plan"] = {}
    data["at"] = None
    action = Action(planned_now["action"])
    if action is Action.ERASE:
        kept(manager)["filters"] = {}
    _deliver(manager, planned_now, action)
    await manager.switch_to(States.changed)


async def undo(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Undo the change.

    Raises:
        Notice: It is too late to undo it.
    """
    made = kept(manager)["change"]
    if time.time() - made["at"] > UNDO.total_seconds():
        raise Notice("totals-undo-late", alert=True)
    made["undone"] = True
    _deliver(manager, made, Action.UNDO)


async def get_change(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the change that was made, and how long the person can undo it."""
    made = kept(dialog_manager).get("change", {})
    return {**made, "undone": made.get("undone", False), "seconds": int(UNDO.total_seconds())}


def _deliver(manager: DialogManager, made: Change, action: Action) -> None:
    change = NewChange(
        action=action,
        change_id=bytes.fromhex(made["id"]),
        user_id=chat_of(manager).id,
        made_at=datetime.now(UTC),
        total_id=made.get("total_id"),
        label=made.get("label"),
        to=made.get("to"),
    )
    late = texts_of(manager)("totals-changed-later")
    unit_of_work(manager).deliver(f"change:{action}:{made['id']}", change.to_json(), late=late)


changed_window = Window(
    T("totals-deleted", when=(F["action"] == Action.DELETE) & ~F["undone"]),
    T("totals-erased", when=(F["action"] == Action.ERASE) & ~F["undone"]),
    T("totals-renamed", when=(F["action"] == Action.RENAME) & ~F["undone"]),
    T("totals-undone", when=F["undone"]),
    Button(T("totals-undo"), id="undo", on_click=undo, when=~F["undone"]),
    to_list,
    state=States.changed,
    getter=get_change,
    preview_data={"action": "delete", "undone": False, "what": "42 · tea", "seconds": 30},
)
