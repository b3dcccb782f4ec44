"""Dialogs whose message could not be sent where it belongs: they move on, or are let go.

A topic of the same chat is in the same hash slot, so a dialog moves in one step. A press that
comes in between finds it in any case, by the id of its context.
"""

import asyncio

import structlog

from durable_dialogs.state.keys import ChatKeys, location_of_record, name_of, stack_id_of
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import AwayError, DialogStore, UnclearError

log = structlog.get_logger(__name__)


class Relocation:
    """Changes what stands of dialogs after their messages were sent, or could not be.

    Args:
        store: Where the dialogs are.
        bot_id: The bot's id.
    """

    def __init__(self, store: DialogStore, bot_id: int) -> None:
        self._store = store
        self._bot_id = bot_id

    async def move(self, key: str, topic: int | None) -> None:
        """Move a dialog to the topic that its message has come to, unless its name is taken there.

        A menu may have its like there; it stays where it is, and its buttons find it.

        Args:
            key: Its record.
            topic: The topic, None for the chat itself.
        """
        try:
            while not await self._move(key, topic):
                pass  # somebody has tapped meanwhile
        except (AwayError, UnclearError) as error:
            # Its buttons find it all the same.
            log.warning("dialog_not_moved", error=str(error))

    async def let_go(self, drawing: Drawing) -> None:
        """Take back what was to be shown by a message that can't be sent.

        A dialog gets back the message that it had. One that has opened with this one ends,
        because nobody has seen it. Any other goes on without a message, to be posted anew.

        Args:
            drawing: The fresh message.
        """
        try:
            while not await self._let_go(drawing):
                pass  # somebody has tapped meanwhile
        except (AwayError, UnclearError) as error:
            log.warning("dialog_not_let_go", error=str(error))

    async def _move(self, key: str, topic: int | None) -> bool:
        chat = self._chat(key)
        there = chat.record(stack_id_of(key), topic)
        old, new, roll = await self._load(chat, key, there, chat.roll)
        if new.stack or not old.stack:
            return True
        new.stack, new.contexts, new.owner = old.stack, old.contexts, old.owner
        new.message_id = old.message_id
        # They are open already, and only lead elsewhere now.
        new.loaded = frozenset(old.contexts)
        old.stack, old.contexts, old.loaded = {}, {}, frozenset()
        names = {name_of(key): name_of(there)}
        roll.stack = {names.get(name, name): owner for name, owner in roll.stack.items()}
        return bool(await self._store.commit(chat, _changed(old, new, roll)))

    async def _let_go(self, drawing: Drawing) -> bool:
        key, chat = drawing.record, self._chat(drawing.record)
        record, roll = await self._load(chat, key, chat.roll)
        if record.message_id != drawing.target:
            return True
        if drawing.former:
            record.message_id = drawing.former
        elif drawing.opens:
            record.stack, record.contexts = {}, {}
            roll.stack.pop(name_of(key), None)
        changed = _changed(record, roll)
        return not changed or bool(await self._store.commit(chat, changed))

    def _chat(self, key: str) -> ChatKeys:
        chat_id, _ = location_of_record(key)
        return ChatKeys(self._bot_id, int(chat_id))

    async def _load(self, chat: ChatKeys, *keys: str) -> list[Record]:
        loads = (self._store.load(chat, update_id=None, record=key) for key in keys)
        loaded = await asyncio.gather(*loads)
        return [each.record or Record(key) for each, key in zip(loaded, keys, strict=True)]


def _changed(*records: Record) -> list[Record]:
    return [
        record
        for record in records
        if record.dump() != record.stored or record.message_id != record.bound
    ]
