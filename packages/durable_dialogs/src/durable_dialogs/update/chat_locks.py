"""Chat locks: the updates of one chat in this process go one after the other."""

import asyncio
from weakref import WeakValueDictionary

from durable_dialogs.state.keys import ChatKeys


class ChatLocks:
    """Gives each chat its lock.

    Between processes nothing is locked: a commit is refused if another process was faster.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[ChatKeys, asyncio.Lock] = WeakValueDictionary()

    def of(self, chat: ChatKeys) -> asyncio.Lock:
        """Return the lock of a chat.

        It is kept only while callers keep it, so bind it to a name before you enter it.

        Args:
            chat: The chat, or the message that was sent through inline mode.
        """
        return self._locks.setdefault(chat, asyncio.Lock())
