"""A keyboard of numbers."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.types import CallbackQuery
from aiogram.utils.keyboard import InlineKeyboardBuilder
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog.api.internal import RawKeyboard
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from typing_extensions import override

OnNumber = Callable[[CallbackQuery, "Numbers", DialogManager, int], Awaitable[None]]
"""Is told the number that was pressed."""


class Numbers(Keyboard):
    """Buttons from 1 up, so many a row.

    Args:
        id: The widget's id.
        size: Gives how many buttons a dialog has, and how many stand in a row (at most 8).
        on_number: Is told the number that was pressed.
        when: Whether it is shown.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - as in all widgets
        size: Callable[[DialogManager], tuple[int, int]],
        on_number: OnNumber,
        when: WhenCondition = None,
    ) -> None:
        super().__init__(id=id, when=when)
        self.size = size
        self.on_number = on_number

    @override
    async def _render_keyboard(
        self,
        data: dict[str, Any],
        manager: DialogManager,
    ) -> RawKeyboard:
        count, width = self.size(manager)
        # In inline buttons, as all the library's widgets; `ReplyKeyboard` makes plain ones.
        builder = InlineKeyboardBuilder()
        for number in range(1, count + 1):
            builder.button(text=str(number), callback_data=self._item_callback_data(number))
        return [list(row) for row in builder.adjust(width).export()]

    @override
    async def _process_item_callback(
        self,
        callback: CallbackQuery,
        data: str,
        dialog: DialogProtocol,
        manager: DialogManager,
    ) -> bool:
        await self.on_number(callback, self, manager, int(data))
        return True
