"""The counter: a number on a message of its own, which people tap up and down and confirm."""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

from aiogram.types import CallbackQuery
from aiogram_dialog import Data, Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Row
from magic_filter import F

from db.models import VALUE_MAX, Kind
from dialogs.counter_closing import cancel, confirm, leave, require_right_to_close
from dialogs.counter_data import STEPS, counted, opened_as
from durable_dialogs import unit_of_work
from states import Counter
from widgets.access import ANONYMOUS
from widgets.notice import Notice
from widgets.open_counters import OpenCounters
from widgets.services import chat_of, is_private, person_of, preferences_of, services_of, texts_of
from widgets.shares import Contributions, contribute, name_of
from widgets.steps import Steps
from widgets.text import T
from widgets.window import Window

OPEN_MAX = 20
"""Counters that a person may have open in one chat."""


async def begin(_start: Data, manager: DialogManager) -> None:
    """Note the opener, the steps, and the id that the total will have.

    Raises:
        Notice: The person has too many open counters in this chat.
    """
    opener, start, data = person_of(manager), opened_as(manager), counted(manager)
    open_counters = OpenCounters(unit_of_work(manager))
    if not await open_counters.add(manager.current_stack(), opener.id, at_most=OPEN_MAX):
        raise Notice("counter-too-many", limit=OPEN_MAX)
    data["value"] = 0
    data["opener"] = opener.id
    data["language"] = opener.language_code
    data["confirmation_id"] = secrets.token_hex(16)
    steps = start.get("steps") or preferences_of(manager).steps
    if steps and start["kind"] == Kind.CUSTOM:
        # Kept, because this counter's steps stay when the opener chooses others later.
        data["steps"] = steps
    if start.get("personal"):
        # Telegram shows anonymous admins under the group's name.
        data["name"] = chat_of(manager).title if opener.id in ANONYMOUS else name_of(opener)


async def get_counter(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what the counter shows; in a group it speaks its opener's language."""
    start, data = opened_as(dialog_manager), counted(dialog_manager)
    shown: dict[str, Any] = {
        "label": start["label"],
        "in_menu": start.get("in_menu", False),
        "value": str(data["value"]),
        "shares": data.get("shares"),
        "name": data.get("name"),
    }
    if not is_private(dialog_manager):
        people = services_of(dialog_manager).people
        shown["texts"] = await people.texts(data["opener"], data["language"])
    return shown


def steps(manager: DialogManager) -> Sequence[int]:
    """Give the steps that the counter offers."""
    own = counted(manager).get("steps")
    return own or STEPS[Kind(opened_as(manager).get("kind", Kind.NUMBERS))]


async def step(callback: CallbackQuery, _widget: Steps, manager: DialogManager, by: int) -> None:
    """Count a tap; a counter that a group shares also notes whose tap it was.

    Raises:
        Notice: Only another person may tap this counter, or the value is at its limit.
    """
    data, unit = counted(manager), unit_of_work(manager)
    is_personal = opened_as(manager).get("personal", False)
    if is_personal:
        await _require_opener(callback, manager)
    value = data["value"] + by
    if abs(value) > VALUE_MAX:
        raise Notice("counter-at-the-end")
    data["value"] = value
    if not is_private(manager) and not is_personal:
        contribute(data.setdefault("shares", {}), callback.from_user, by)
    unit.answer_late(texts_of(manager)("counter-value", value=str(value)))
    unit.after_commit(
        partial(services_of(manager).taps.note, unit.record_of(manager.current_stack()))
    )


async def _require_opener(callback: CallbackQuery, manager: DialogManager) -> None:
    """Allow only the opener to tap; if that is an anonymous admin, any admin.

    Raises:
        Notice: The person is another one.
        NotKnownYetError: Telegram must be asked first if the person is an admin.
    """
    data = counted(manager)
    if callback.from_user.id != data["opener"]:
        if data["opener"] not in ANONYMOUS:
            raise Notice("counter-personal", name=data["name"] or "")
        await require_right_to_close(callback, manager)


above = (
    T("counter-label", when=F["label"]),
    T("counter-of-one", when=F["name"]),
    Contributions(),
)
"""The lines above the last: the counter's name, its opener if personal, and the shares."""

counting_window = Window(
    *above,
    T("counter-value"),
    Steps(id="step", steps=steps, on_step=step),
    Row(
        Button(T("counter-confirm"), id="confirm", on_click=confirm),
        Button(T("counter-cancel"), id="cancel", on_click=cancel),
    ),
    Button(T("back"), id="back", on_click=leave, when=F["in_menu"]),
    state=Counter.counting,
    same_buttons=True,
)

confirmed_window = Window(*above, T("counter-total"), state=Counter.confirmed)

cancelled_window = Window(*above, T("counter-cancelled"), state=Counter.cancelled)

dialog = Dialog(
    counting_window,
    confirmed_window,
    cancelled_window,
    on_start=begin,
    getter=get_counter,
    preview_data={
        "label": "tea & cake",
        "in_menu": True,
        "value": "-3",
        "name": None,
        "shares": {str(number): [f"Ann <{number}>", -number] for number in range(1, 13)},
    },
)
