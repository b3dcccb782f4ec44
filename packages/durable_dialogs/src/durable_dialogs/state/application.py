"""What an application has in each chat beside its dialogs, and what it had before."""

from dataclasses import dataclass

from aiogram.fsm.storage.base import BaseStorage


@dataclass(frozen=True, slots=True)
class Application:
    """What the store must know of an application.

    Attributes:
        kept_alive: The names of data that each commit in a chat keeps alive; see
            `UnitOfWork.data`. Other data lives as long as records do after they were changed.
        dialog_list: The name of data that lists dialogs of the chat: owners' ids by the names of
            the dialogs' records. These dialogs move along if the chat is a group that becomes a
            supergroup. The list follows a dialog that moves to another topic or ends unseen. None
            if the application has no such list.
        before: The storage that aiogram-dialog kept dialogs in until now, None if there was none;
            see `FormerDialogs`.
        delivers: Whether something delivers what handlers put into the outbox.
    """

    kept_alive: tuple[str, ...] = ()
    dialog_list: str | None = None
    before: BaseStorage | None = None
    delivers: bool = True


NEW = Application()
"""An application that has no data which must be kept alive or move along, and had no dialogs."""
