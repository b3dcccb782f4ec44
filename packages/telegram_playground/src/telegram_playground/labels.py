"""Finds a button by its label."""

from collections.abc import Iterable

from telegram_playground.errors import ControlError
from telegram_playground.state import Json


def find_labelled(buttons: Iterable[Json], label: str, where: str) -> Json:
    """Find a button by its label, or by a part of it that no other label contains.

    Args:
        buttons: The buttons to search.
        label: The label, or a part of it.
        where: The name of the keyboard in the refusal.

    Raises:
        ControlError: If there is no such button, or more than one.
    """
    buttons = list(buttons)
    found = [button for button in buttons if button["text"] == label]
    found = found or [button for button in buttons if label in button["text"]]
    if len(found) == 1:
        return found[0]
    labels = ", ".join(repr(button["text"]) for button in buttons) or "no buttons"
    problem = "more than one button" if found else "no button"
    raise ControlError(f"{problem} {label!r} on {where}, which has {labels}", 404)
