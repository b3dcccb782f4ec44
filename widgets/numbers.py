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
"""Is told the number that was pressed, by the widget that comes before the manager."""


class Numbers(Keyboard):
    """Buttons with numbers on them, in inline buttons as all the library's widgets.

    A press carries the place of its button, never the number itself: that is
    looked up among those which the dialog offers.

    Args:
        id: The widget's id.
        rows: Gives the numbers of a dialog, row by row (at most 8), from its manager.
        on_number: Is told the number that was pressed.
        form: How a number is written, as `format` has it.
        when: Whether it is shown.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - as in all widgets
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
        place = 0
        for row in self.rows(manager):
            keyboard.append([self._button(n, place + i) for i, n in enumerate(row)])
            place += len(row)
        return keyboard

    def _button(self, number: int, place: int) -> InlineKeyboardButton:
        return InlineKeyboardButton(
            text=format(number, self.form), callback_data=self._item_callback_data(place)
        )

    @override
    async def _process_item_callback(
        self, callback: CallbackQuery, data: str, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        numbers = [number for row in self.rows(manager) for number in row]
        await self.on_number(callback, self, manager, numbers[int(data)])
        return True
