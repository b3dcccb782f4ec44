"""How people leave a counter: they confirm it, cancel it, or go back to the menu."""

from datetime import UTC, datetime
from functools import partial

from aiogram.fsm.state import State
from aiogram.types import CallbackQuery
from aiogram_dialog import DialogManager, ShowMode, StartMode
from aiogram_dialog.api.entities import DEFAULT_STACK_ID
from aiogram_dialog.widgets.kbd import Button

from db.models import Kind
from db.totals import NewTotal
from dialogs.counter_data import counted, opened_as
from durable_dialogs import foreground, unit_of_work
from states import Counter, Menu, Naming
from widgets.notice import Notice
from widgets.open_counters import OpenCounters
from widgets.services import chat_of, preferences_of, services_of, texts_of


async def confirm(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Save the total and close the counter."""
    await require_right_to_close(callback, manager)
    unit, total = unit_of_work(manager), _total(manager)
    unit.deliver(
        total.confirmation_id.hex(),
        total.to_json(),
        late=texts_of(manager)("counter-saved-later", value=str(total.value)),
    )
    unit.after_commit(partial(services_of(manager).count_total, total.kind))
    await _close(manager, Counter.confirmed, to_name=total if _asks_name(total, manager) else None)


async def cancel(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Close the counter without saving."""
    await require_right_to_close(callback, manager)
    await _close(manager, Counter.cancelled)


async def leave(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Give the message back to the menu; the counter stays open, and the menu leads to it."""
    if callback.message is None:
        return
    manager.current_stack().last_message_id = None
    manager.show_mode = ShowMode.NO_UPDATE
    async with foreground(manager, DEFAULT_STACK_ID) as menu:
        if menu.current_stack().last_message_id:
            await menu.reset_stack(remove_keyboard=True)
        menu.current_stack().last_message_id = callback.message.message_id
        await menu.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=ShowMode.EDIT)
    if value := counted(manager)["value"]:
        unit_of_work(manager).answer(texts_of(manager)("counter-kept", value=str(value)))


async def require_right_to_close(callback: CallbackQuery, manager: DialogManager) -> None:
    """Allow only the opener, and in a group its admins, to close the counter.

    Raises:
        Notice: The person is neither.
        NotKnownYetError: Telegram must be asked first if the person is an admin.
    """
    person = callback.from_user
    if person.id == counted(manager)["opener"]:
        return
    if not await services_of(manager).rights.is_admin(chat_of(manager), person):
        raise Notice("counter-not-yours")


def _asks_name(total: NewTotal, manager: DialogManager) -> bool:
    """Tell whether to ask for the total's name: in a private chat, if the person wants that."""
    is_wanted = bool(preferences_of(manager).names_totals)
    return is_wanted and not total.label and total.chat_id == total.user_id


async def _close(manager: DialogManager, state: State, *, to_name: NewTotal | None = None) -> None:
    await OpenCounters(unit_of_work(manager)).remove(manager.current_stack())
    # The dialog stays in its last window until its time to live ends, so that a late or repeated
    # press still finds out how the counter ended.
    await manager.switch_to(state)
    if to_name or opened_as(manager).get("in_menu"):
        async with foreground(manager, DEFAULT_STACK_ID) as menu:
            if menu.current_stack().last_reply_keyboard:
                await menu.reset_stack()
            shown = ShowMode.NO_UPDATE if to_name else ShowMode.SEND
            await menu.start(Menu.main, mode=StartMode.RESET_STACK, show_mode=shown)
            if to_name:
                await menu.start(Naming.asking, to_name.to_json(), show_mode=ShowMode.SEND)


def _total(manager: DialogManager) -> NewTotal:
    data, start = counted(manager), opened_as(manager)
    return NewTotal(
        confirmation_id=bytes.fromhex(data["confirmation_id"]),
        user_id=data["opener"],
        chat_id=chat_of(manager).id,
        kind=Kind(start["kind"]),
        label=start["label"],
        value=data["value"],
        created_at=datetime.now(UTC),
    )
