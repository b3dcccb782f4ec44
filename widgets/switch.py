"""A switch: a checkbox whose words are the same on and off."""

from aiogram_dialog.widgets.kbd import Checkbox
from aiogram_dialog.widgets.text import Const, Multi

from widgets.text import T


def switch(name: str, key: str, *, default: bool = False) -> Checkbox:
    """Make a switch.

    Args:
        name: The widget's id.
        key: The text beside the mark.
        default: Whether it is on at first.
    """
    on, off = (Multi(Const(mark), T(key), sep=" ") for mark in "☑☐")
    return Checkbox(on, off, id=name, default=default)
