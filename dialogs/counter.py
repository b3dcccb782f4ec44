"""The counter: a number on a message of its own, tapped up and down, then confirmed."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from aiogram.enums import ChatType
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Chat, User
from aiogram_dialog import Data, Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.api.entities import DEFAULT_STACK_ID
from aiogram_dialog.widgets.kbd import Button, Row
from magic_filter import F

from db.models import VALUE_MAX, Kind
from db.preferences import Preferences
from db.totals import NewTotal
from durable_dialogs import OpenCounters, Taps, UnitOfWork, foreground
from locales import Texts
from people.preferences import People
from people.rights import Rights
from states import Counter, Menu, Naming
from widgets.access import ANONYMOUS
from widgets.notice import Notice
from widgets.shares import Contributions, contribute, name_of
from widgets.steps import Steps
from widgets.text import T
from widgets.window import Window

STEPS = {Kind.NUMBERS: (-1, 1), Kind.NUMBERS_FAB: (-2, -1, 1, 2), Kind.CUSTOM: (-10, -1, 1, 10)}
"""The steps that each kind of counter offers; those of one's own as long as none were chosen."""


OPEN_MAX = 20
"""Counters that a person may have open in a chat."""


async def begin(_start_data: Data, manager: DialogManager) -> None:
    """Note who opens the counter, by which steps, and by which id its total will be known.

    Raises:
        Notice: The person has too many open here.
    """
    opener: User = manager.middleware_data["event_from_user"]
    chat: Chat = manager.middleware_data["event_chat"]
    roll = OpenCounters(manager.middleware_data["transaction"])
    if not await roll.add(manager.current_stack(), opener.id, at_most=OPEN_MAX):
        raise Notice("counter-too-many", limit=OPEN_MAX)
    manager.dialog_data.update(
        value=0,
        opener=opener.id,
        # Spoken as long as the opener has chosen none.
        language=opener.language_code,
        confirmation_id=secrets.token_hex(16),
    )
    preferences: Preferences = manager.middleware_data["preferences"]
    steps = _start(manager).get("steps") or preferences.steps
    if steps and _start(manager)["kind"] == Kind.CUSTOM:
        # Kept, as this counter has them for good: those of a link, or the opener's own.
        manager.dialog_data["steps"] = steps
    if _start(manager).get("personal"):
        # Telegram shows who is anonymous under the group's name.
        manager.dialog_data["name"] = chat.title if opener.id in ANONYMOUS else name_of(opener)


async def get_counter(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what the counter shows; a shared one speaks its opener's language."""
    manager = dialog_manager
    data = {
        "label": _start(manager)["label"],
        "in_menu": _start(manager).get("in_menu", False),
        "value": str(manager.dialog_data["value"]),
        "shares": manager.dialog_data.get("shares"),
        "name": manager.dialog_data.get("name"),
    }
    if _is_in_group(manager):
        people: People = manager.middleware_data["people"]
        opened_by = manager.dialog_data
        data["texts"] = await people.texts(
            cast("int", opened_by["opener"]), cast("str | None", opened_by["language"])
        )
    return data


def steps(manager: DialogManager) -> Sequence[int]:
    """Give the steps that the counter offers."""
    if own := manager.dialog_data.get("steps"):
        return cast("Sequence[int]", own)
    return STEPS[Kind(_start(manager).get("kind", Kind.NUMBERS))]


async def step(callback: CallbackQuery, _widget: Steps, manager: DialogManager, by: int) -> None:
    """Count a tap; a shared counter notes whose it was.

    Raises:
        Notice: The counter is another person's own, or goes no further.
    """
    is_personal = _start(manager).get("personal", False)
    if is_personal:
        await _require_opener(callback, manager)
    value = cast("int", manager.dialog_data["value"]) + by
    if abs(value) > VALUE_MAX:
        raise Notice("counter-at-the-end")
    manager.dialog_data["value"] = value
    if _is_in_group(manager) and not is_personal:
        contribute(manager.dialog_data.setdefault("shares", {}), callback.from_user, by)
    texts: Texts = manager.middleware_data["texts"]
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    transaction.answer_late(texts("counter-value", value=str(value)))
    taps: Taps = manager.middleware_data["taps"]
    transaction.then(partial(taps.note, transaction.record_of(manager.current_stack())))


async def confirm(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Save the total and close."""
    await _require_right_to_close(callback, manager)
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    texts: Texts = manager.middleware_data["texts"]
    total = _total(manager)
    transaction.deliver(
        total.confirmation_id.hex(),
        total.to_json(),
        late=texts("counter-saved-later", value=str(total.value)),
    )
    transaction.then(partial(manager.middleware_data["count_total"], total.kind))
    await _close(manager, Counter.confirmed, to_name=total if _wants_name(total, manager) else None)


def _wants_name(total: NewTotal, manager: DialogManager) -> bool:
    """Tell whether a total is to be asked for its name: its owner wants it, and is alone."""
    preferences: Preferences = manager.middleware_data["preferences"]
    return bool(preferences.names_totals) and not total.label and total.chat_id == total.user_id


async def cancel(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Close without saving."""
    await _require_right_to_close(callback, manager)
    await _close(manager, Counter.cancelled)


async def leave(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Hand the message back to the menu; the counter stays, to be returned to."""
    if callback.message is None:
        return
    manager.current_stack().last_message_id = None
    manager.show_mode = ShowMode.NO_UPDATE
    async with foreground(manager, DEFAULT_STACK_ID) as menu:
        if menu.current_stack().last_message_id:
            await menu.reset_stack(remove_keyboard=True)
        menu.current_stack().last_message_id = callback.message.message_id
        await menu.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.EDIT)
    if value := manager.dialog_data["value"]:
        texts: Texts = manager.middleware_data["texts"]
        transaction: UnitOfWork = manager.middleware_data["transaction"]
        transaction.answer(texts("counter-kept", value=str(value)))


async def _require_right_to_close(callback: CallbackQuery, manager: DialogManager) -> None:
    """Let the opener close the counter, and in a group its admins.

    Raises:
        Notice: The person is neither.
        NotKnownYetError: Whether the person is an admin has to be asked first.
    """
    person = callback.from_user
    if person.id == manager.dialog_data["opener"]:
        return
    data = manager.middleware_data
    rights: Rights = data["rights"]
    if not await rights.is_admin(data["event_chat"], person):
        raise Notice("counter-not-yours")


async def _require_opener(callback: CallbackQuery, manager: DialogManager) -> None:
    """Let only the opener tap; where an anonymous admin has opened it, any admin.

    Raises:
        Notice: The person is somebody else.
    """
    opener = manager.dialog_data["opener"]
    if callback.from_user.id != opener:
        if opener not in ANONYMOUS:
            raise Notice("counter-personal", name=manager.dialog_data["name"])
        await _require_right_to_close(callback, manager)


async def _close(manager: DialogManager, state: State, *, to_name: NewTotal | None = None) -> None:
    roll = OpenCounters(manager.middleware_data["transaction"])
    await roll.remove(manager.current_stack())
    # The dialog stays in its last window until its time to live ends: so a
    # press that comes late, or again, finds out what became of the counter.
    await manager.switch_to(state)
    if to_name or _start(manager).get("in_menu"):
        async with foreground(manager, DEFAULT_STACK_ID) as menu:
            if menu.current_stack().last_reply_keyboard:
                await menu.reset_stack()
            shown = ShowMode.NO_UPDATE if to_name else ShowMode.SEND
            await menu.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=shown)
            if to_name:
                await menu.start(Naming.asking, to_name.to_json(), show_mode=ShowMode.SEND)


def _total(manager: DialogManager) -> NewTotal:
    counted = manager.dialog_data
    return NewTotal(
        confirmation_id=bytes.fromhex(cast("str", counted["confirmation_id"])),
        user_id=cast("int", counted["opener"]),
        chat_id=manager.middleware_data["event_chat"].id,
        kind=Kind(_start(manager)["kind"]),
        label=_start(manager)["label"],
        value=cast("int", counted["value"]),
        created_at=datetime.now(UTC),
    )


def _is_in_group(manager: DialogManager) -> bool:
    return bool(manager.middleware_data["event_chat"].type != ChatType.PRIVATE)


def _start(manager: DialogManager) -> dict[str, Any]:
    return cast("dict[str, Any]", manager.start_data)


above = (
    T("counter-label", when=F["label"]),
    T("counter-of-one", when=F["name"]),
    Contributions(),
)
"""What stands above the last line: what is counted, and by whom."""

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
