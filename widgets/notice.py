"""Errors that end an update without a change, and say why."""

from durable_dialogs import Refusal


class Notice(Refusal):
    """Ends an update: nothing changes, and the person reads why.

    Args:
        key: The text's key.
        alert: Whether the text stays until the person closes it.
        arguments: Values of the text's variables.
    """

    def __init__(self, key: str, *, alert: bool = False, **arguments: str | float) -> None:
        super().__init__(key)
        self.key = key
        self.alert = alert
        self.arguments = arguments
