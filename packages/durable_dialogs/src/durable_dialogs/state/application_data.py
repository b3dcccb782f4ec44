"""Data that an application has in each chat, beside its dialogs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """Which data an application reads and changes by `UnitOfWork.data`, and how long it lives.

    Attributes:
        kept_alive: The names of data that each commit in a chat keeps alive. Other data lives as
            long as records do after they were changed.
        dialog_list: The name of data that lists dialogs of the chat: owners' ids by the names of
            the dialogs' records. These dialogs move along if the chat is a group that becomes a
            supergroup. The list follows a dialog that moves to another topic or ends unseen.
    """

    kept_alive: tuple[str, ...] = ()
    dialog_list: str = "dialogs"


NO_DATA = ApplicationData()
"""An application that has no data which must be kept alive or move along."""
