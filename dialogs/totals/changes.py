"""What becomes of totals that are changed, and how that is taken back."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any, cast

from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.kbd import Button
from magic_filter import F

from db.changes import UNDO, NewChange
from db.models import Action
from dialogs.totals.overview import AT, to_list
from dialogs.totals.scope import filters_of
from durable_dialogs import UnitOfWork
from locales import Texts
from states import Totals as States
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

CHANGE = "change"
"""Where the dialog's data has what was changed, and
PLAN: what is about to be."""
PLAN = "plan"


def plan(manager: DialogManager, action: Action, **fields: str | int | None) -> None:
    """Note what is to be confirmed, under an id: so it is done once, however often it is confirmed.

    Args:
        manager: The manager of the update being handled.
        action: What is to be done.
        fields: What more a `NewChange` says of it, and what windows show.
    """
    manager.dialog_data[PLAN] = {"id": secrets.token_hex(16), "action": action.value, **fields}


def planned(manager: DialogManager) -> dict[str, Any]:
    """Give what is to be confirmed."""
    return cast("dict[str, Any]", manager.dialog_data.get(PLAN, {}))


async def get_plan(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what is to be confirmed, to be shown."""
    return planned(dialog_manager)


async def confirm(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Do what was planned."""
    made = manager.dialog_data[PLAN]
    manager.dialog_data.update({CHANGE: {**made, "at": time.time()}, PLAN: {}, AT: None})
    action = Action(made["action"])
    if action is Action.ERASE:
        filters_of(manager).clear()
    _deliver(manager, made, action)
    await manager.switch_to(States.changed)


async def undo(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Take it back.

    Raises:
        Notice: It is too late.
    """
    made = manager.dialog_data[CHANGE]
    if time.time() - made["at"] > UNDO.total_seconds():
        raise Notice("totals-undo-late", alert=True)
    made["undone"] = True
    _deliver(manager, made, Action.UNDO)


async def get_change(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what was changed."""
    made = dialog_manager.dialog_data.get(CHANGE, {})
    return {**made, "undone": made.get("undone", False), "seconds": int(UNDO.total_seconds())}


def _deliver(manager: DialogManager, made: dict[str, Any], action: Action) -> None:
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    texts: Texts = manager.middleware_data["texts"]
    change = NewChange(
        action=action,
        change_id=bytes.fromhex(made["id"]),
        user_id=manager.middleware_data["event_chat"].id,
        made_at=datetime.now(UTC),
        total_id=made.get("total_id"),
        label=made.get("label"),
        to=made.get("to"),
    )
    late = texts("totals-changed-later")
    transaction.deliver(f"change:{action}:{made['id']}", change.to_json(), late=late)


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
