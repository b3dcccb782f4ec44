"""A row of buttons that step a number up and down."""

from collections.abc import Callable, Sequence

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.common import WhenCondition

from widgets.numbers import Numbers, OnNumber


class Steps(Numbers):
    """Buttons such as -2, -1, +1 and +2.

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
        on_step: OnNumber,
        when: WhenCondition = None,
    ) -> None:
        super().__init__(id, lambda manager: [steps(manager)], on_step, form="+d", when=when)
