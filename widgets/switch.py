"""A switch: a checkbox with the same text on and off."""

from aiogram_dialog.widgets.kbd import Checkbox
from aiogram_dialog.widgets.text import Const, Multi

from widgets.text import T


def switch(name: str, key: str, *, default: bool = False) -> Checkbox:
    """Make a switch.

    Args:
        name: The widget's id.
        key: Key of the text after the check mark.
        default: Whether the switch is on at first.
    """
    on, off = (Multi(Const(mark), T(key), sep=" ") for mark in "☑☐")
    return Checkbox(on, off, id=name, default=default)
