"""Buttons that each stand for a number."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiogram.types import CallbackQuery, InlineKeyboardButton
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog.api.internal import RawKeyboard
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from typing_extensions import override

OnNumber = Callable[[CallbackQuery, Any, DialogManager, int], Awaitable[None]]
"""Gets the press, the widget, the manager and the number of the button."""


class Numbers(Keyboard):
    """Buttons with numbers on them.

    Callback data has the button's index, never the number, because a modified client may send
    any number. The index is looked up in the numbers that the dialog offers.

    Args:
        id: The widget's id.
        rows: Gives the numbers that the dialog offers, row by row, at most 8 in a row.
        on_number: Gets the number of the pressed button.
        form: How a number is written, such as `+d` (see `format`).
        when: Whether the buttons are shown.
    """

    def __init__(
        self,
        id: str,
        rows: Callable[[DialogManager], Sequence[Sequence[int]]],
        on_number: OnNumber,
        form: str = "d",
        when: WhenCondition = None,
    ) -> None:
        super().__init__(id=id, when=when)
        self.rows = rows
        self.on_number = on_number
        self.form = form

    @override
    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        keyboard: RawKeyboard = []
        first = 0
        for row in self.rows(manager):
            keyboard.append([self._button(n, first + i) for i, n in enumerate(row)])
            first += len(row)
        return keyboard

    def _button(self, number: int, index: int) -> InlineKeyboardButton:
        return InlineKeyboardButton(
            text=format(number, self.form), callback_data=self._item_callback_data(index)
        )

    @override
    async def _process_item_callback(
        self, callback: CallbackQuery, data: str, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        numbers = [number for row in self.rows(manager) for number in row]
        await self.on_number(callback, self, manager, numbers[int(data)])
        return True
