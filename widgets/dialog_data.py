"""What a dialog keeps, typed: its data, its start data and its widgets.

aiogram-dialog keeps a dialog's data as a dictionary of anything. A dialog declares the keys in a
`TypedDict`, and reads and writes them through `data_of`, so that the type checker knows them.
The dictionary itself stays as it is, so dialogs that another version has stored can be read.
"""

from typing import TypeVar, cast

from aiogram_dialog import DialogManager

Shape = TypeVar("Shape")
Managed = TypeVar("Managed")


def data_of(manager: DialogManager, _shape: type[Shape]) -> Shape:
    """Give the dialog's data, to be read and changed.

    Args:
        manager: The dialog's manager.
        _shape: A `TypedDict` with the keys.
    """
    return cast("Shape", manager.dialog_data)


def start_of(manager: DialogManager, _shape: type[Shape]) -> Shape:
    """Give what the dialog was started with, to be read; empty if that was nothing.

    Args:
        manager: The dialog's manager.
        _shape: A `TypedDict` with the keys.
    """
    return cast("Shape", manager.start_data or {})


def widget_of(manager: DialogManager, widget_id: str, kind: type[Managed]) -> Managed:
    """Give a widget of the dialog, to ask what the person has set.

    Args:
        manager: The dialog's manager.
        widget_id: The widget's id.
        kind: Its class, such as `ManagedCheckbox`.

    Raises:
        TypeError: The dialog has no such widget.
    """
    widget = manager.find(widget_id)
    if not isinstance(widget, kind):
        raise TypeError(f"the dialog has no {kind.__name__} {widget_id!r}")
    return widget
