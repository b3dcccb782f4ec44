"""A row of buttons that step a number up and down."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiogram.types import CallbackQuery, InlineKeyboardButton
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog.api.internal import RawKeyboard
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from typing_extensions import override

OnStep = Callable[[CallbackQuery, "Steps", DialogManager, int], Awaitable[None]]
"""Is told the step that was pressed."""


class Steps(Keyboard):
    """Buttons such as -2, -1, +1 and +2.

    A press carries the place of its button, never the step itself: that is
    looked up among those which the dialog offers.

    Args:
        id: The widget's id.
        steps: Gives the steps of a dialog, from its manager.
        on_step: Is told the step that was pressed.
        when: Whether it is shown.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - as in all widgets
        steps: Callable[[DialogManager], Sequence[int]],
        on_step: OnStep,
        when: WhenCondition = None,
    ) -> None:
        super().__init__(id=id, when=when)
        self.steps = steps
        self.on_step = on_step

    @override
    async def _render_keyboard(
        self,
        data: dict[str, Any],
        manager: DialogManager,
    ) -> RawKeyboard:
        return [
            [
                InlineKeyboardButton(
                    text=f"{step:+d}", callback_data=self._item_callback_data(place)
                )
                for place, step in enumerate(self.steps(manager))
            ]
        ]

    @override
    async def _process_item_callback(
        self,
        callback: CallbackQuery,
        data: str,
        dialog: DialogProtocol,
        manager: DialogManager,
    ) -> bool:
        await self.on_step(callback, self, manager, self.steps(manager)[int(data)])
        return True
