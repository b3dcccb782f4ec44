"""The menu: one dialog in the default stack, on one message."""

from typing import TypedDict

from aiogram.methods import EditMessageReplyMarkup
from aiogram.types import CallbackQuery
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode
from aiogram_dialog.widgets.kbd import Button, Row, Start, SwitchTo

from db.models import Kind
from dialogs.counter_data import CLOSED, CounterStart
from durable_dialogs import foreground, open_beside, unit_of_work
from states import (
    Callbacks,
    Counter,
    Counters,
    Game,
    InlineMode,
    Links,
    Menu,
    Payment,
    ReplyKeyboards,
    Settings,
    SpecialButtons,
    Totals,
)
from widgets.access import in_group, in_private
from widgets.commands import CommandList
from widgets.dialog_data import data_of
from widgets.services import is_private
from widgets.text import T
from widgets.window import Window


class MenuData(TypedDict, total=False):
    """What the menu keeps.

    Attributes:
        lent: The id of the message that the menu handed over to a counter last.
    """

    lent: int


async def open_counter(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Open a counter: on the menu's message, in a group on a message of its own."""
    manager.show_mode = ShowMode.NO_UPDATE
    kind = str(button.widget_id)
    here = callback.message.message_id if callback.message else None
    if data_of(manager, MenuData).get("lent") == here:
        return  # a double tap: the first tap has made the message a counter
    if is_private(manager):
        await _open_in_place(callback, manager, kind)
    else:
        start = CounterStart(kind=kind, label=None)
        await open_beside(manager, f"q{callback.id}", Counter.counting, start)


async def _open_in_place(callback: CallbackQuery, manager: DialogManager, kind: str) -> None:
    """Hand the menu's message over to a counter of this kind.

    Each kind has a stack of its own, which outlives the menu. So the same button leads back to a
    counter that the person left without confirming it, with its value.
    """
    if callback.message is None:
        return
    here = callback.message.message_id
    manager.current_stack().last_message_id = None
    data_of(manager, MenuData)["lent"] = here
    async with foreground(manager, kind) as counter:
        stack = counter.current_stack()
        former, stack.last_message_id = stack.last_message_id, here
        if counter.has_context() and counter.current_context().state not in CLOSED:
            if former not in (None, here):
                chat_id = callback.message.chat.id
                removal = EditMessageReplyMarkup(chat_id=chat_id, message_id=former)
                unit_of_work(manager).call(removal)
            await counter.show(ShowMode.EDIT)
        else:
            await counter.start(
                Counter.counting,
                dict(CounterStart(kind=kind, label=None, in_menu=True)),
                mode=StartMode.RESET_STACK,
                show_mode=ShowMode.EDIT,
            )


async def open_game(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Open the game: on the menu's message, in a group on a message of its own."""
    if is_private(manager):
        await manager.start(Game.playing)
        return
    manager.show_mode = ShowMode.NO_UPDATE
    await open_beside(manager, f"q{callback.id}", Game.playing, {"beside": True})


main_window = Window(
    T("menu-title"),
    Row(
        Button(T("menu-counter-one"), id=Kind.NUMBERS.value, on_click=open_counter),
        Button(T("menu-counter-two"), id=Kind.NUMBERS_FAB.value, on_click=open_counter),
    ),
    Row(
        Start(T("menu-reply"), id="reply", state=ReplyKeyboards.list),
        Start(T("menu-special"), id="special", state=SpecialButtons.asking),
        when=in_private,
    ),
    Row(
        Start(T("menu-links"), id="links", state=Links.list),
        Start(T("menu-callbacks"), id="callbacks", state=Callbacks.answers),
    ),
    Row(
        Start(T("menu-inline"), id="inline", state=InlineMode.switches),
        Button(T("menu-game"), id="game", on_click=open_game),
        Start(T("menu-payment"), id="payment", state=Payment.stars, when=in_private),
    ),
    Row(
        Button(T("menu-counter-own"), id=Kind.CUSTOM.value, on_click=open_counter),
        Start(T("menu-counters"), id="counters", state=Counters.list),
    ),
    Row(
        Start(T("menu-totals"), id="totals", state=Totals.list),
        Start(T("menu-settings"), id="settings", state=Settings.main),
    ),
    Row(
        SwitchTo(T("menu-help"), id="help", state=Menu.help),
    ),
    state=Menu.main,
)

help_window = Window(
    T("help-title"),
    CommandList(),
    T("help-label"),
    T("help-in-group", when=in_group),
    SwitchTo(T("back"), id="back", state=Menu.main),
    state=Menu.help,
)

dialog = Dialog(main_window, help_window)
