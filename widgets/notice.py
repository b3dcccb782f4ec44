"""What a press may come to instead of what its button does."""

from durable_dialogs import Refusal


class Notice(Refusal):
    """Ends an update: nothing changes, and the person is told why.

    Args:
        key: The text.
        alert: Whether it stays until it is closed.
        arguments: What the text shows.
    """

    def __init__(self, key: str, *, alert: bool = False, **arguments: str | float) -> None:
        super().__init__(key)
        self.key = key
        self.alert = alert
        self.arguments = arguments


class Ended(Refusal):
    """Ends an update: the window that was pressed offers nothing any more.

    Args:
        stack_id: The stack of the window.
    """

    def __init__(self, stack_id: str) -> None:
        super().__init__(stack_id)
        self.stack_id = stack_id
