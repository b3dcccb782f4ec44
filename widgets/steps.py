"""A row of buttons that change a number by a step."""

from collections.abc import Callable, Sequence

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition

from widgets.numbers import Numbers, OnNumber


class Steps(Numbers):
    """Buttons such as -2, -1, +1 and +2.

    Args:
        id: The widget's id.
        steps: Gives the steps that the dialog offers.
        on_step: Gets the step of the pressed button.
        when: Whether the buttons are shown.
    """

    def __init__(
        self,
        id: str,
        steps: Callable[[DialogManager], Sequence[int]],
        on_step: OnNumber,
        when: WhenCondition = None,
    ) -> None:
        super().__init__(id, lambda manager: [steps(manager)], on_step, form="+d", when=when)
