"""Drawing windows again from their records, without an update that changes them."""

from dataclasses import replace

from aiogram import Bot, Dispatcher

from durable_dialogs.drawing.foreground import redraw
from durable_dialogs.state.keys import (
    business_of,
    inline_message_of,
    location_of_record,
    stack_id_of,
)
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import DialogStore
from durable_dialogs.state.unit_of_work import UnitOfWork
from durable_dialogs.update.chat_locks import ChatLocks
from durable_dialogs.update.commits import Commits


class Redrawing:
    """Draws the windows of records again.

    Args:
        store: The open dialogs.
        commits: Draws what units of work leave.
        locks: The chat locks.
    """

    def __init__(self, store: DialogStore, commits: Commits, locks: ChatLocks) -> None:
        self._store = store
        self._commits = commits
        self._locks = locks

    async def redraw(
        self, dispatcher: Dispatcher, bot: Bot, record: str, location: Location
    ) -> None:
        """Draw a record's window again, from the record as it is now.

        Args:
            dispatcher: The dispatcher that the dialogs are set up on.
            bot: The bot whose window it is.
            record: The record's key.
            location: Where the window is, and who saw it last.

        Raises:
            AwayError: Redis can't be used.
            NotDrawnError: The window can't be rendered.
        """
        inline_message_id = inline_message_of(record)
        if inline_message_id is None:
            # The location may come of an update in another topic, or of a message that is too old
            # to tell its topic. The record's key has the right one.
            in_topic = replace(location, thread_id=location_of_record(record)[1])
            await redraw(dispatcher, bot, in_topic, stack_id_of(record), business_of(record))
            return
        chat = self._store.keys.chat(inline_message_id)
        unit = UnitOfWork(self._store, chat)
        # Without the lock, a press meanwhile might be drawn first and this older window last.
        lock = self._locks.of(chat)
        async with lock:
            if state := await unit.state():
                # First, so that the window is drawn later if it can't be rendered now.
                await self._commits.look_after(record, unit.version_of(record), location)
                unit.drawings.append(await self._commits.inline_drawing(record, state))
                self._commits.draw(unit, location.user_id)
