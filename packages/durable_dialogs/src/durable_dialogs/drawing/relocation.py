"""Changes dialogs whose message came to another topic, or could not be sent at all.

All topics of a chat are in one hash slot, so a dialog moves in one commit. A press that arrives
in between finds the dialog in any case, by the id of its context.
"""

import asyncio

import structlog

from durable_dialogs.state.keys import ChatKeys, location_of_record, name_of, stack_id_of
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import AwayError, DialogStore, UnclearError

log = structlog.get_logger(__name__)


class Relocation:
    """Changes stored dialogs after their messages were sent, or could not be sent.

    Args:
        store: Loads and commits records.
    """

    def __init__(self, store: DialogStore) -> None:
        self._store = store

    async def move(self, key: str, topic: int | None) -> None:
        """Move a dialog to the topic where its message was sent, unless its name is taken there.

        For example, the other topic may have a menu of its own. Then the dialog stays where it
        is, and its buttons still find it.

        Args:
            key: The dialog's record.
            topic: The topic, None for the chat itself.
        """
        try:
            while not await self._move(key, topic):
                pass  # another update has changed the dialog meanwhile
        except (AwayError, UnclearError) as error:
            # The dialog's buttons still find it.
            log.warning("dialog_not_moved", error=str(error))

    async def undo(self, drawing: Drawing) -> None:
        """Undo the change of a dialog whose new message can't be sent.

        If the dialog had a message before, that is its message again. If the dialog was opened
        with the new message, it ends, because no person has seen it. Any other dialog goes on
        without a message, and is sent anew later.

        Args:
            drawing: The drawing of the new message.
        """
        try:
            while not await self._undo(drawing):
                pass  # another update has changed the dialog meanwhile
        except (AwayError, UnclearError) as error:
            log.warning("dialog_not_undone", error=str(error))

    async def _move(self, key: str, topic: int | None) -> bool:
        chat = self._chat(key)
        there = chat.record(stack_id_of(key), topic)
        (old, new), counters = await asyncio.gather(
            self._load(chat, key, there), self._list_of(chat)
        )
        if new.stack or not old.stack:
            return True
        new.stack, new.contexts, new.owner = old.stack, old.contexts, old.owner
        new.message_id = old.message_id
        # These contexts are open already, and are only found at another key now.
        new.loaded_contexts = frozenset(old.contexts)
        old.stack, old.contexts, old.loaded_contexts = {}, {}, frozenset()
        names = {name_of(key): name_of(there)}
        counters.stack = {names.get(name, name): owner for name, owner in counters.stack.items()}
        return bool(await self._store.commit(chat, _changed(old, new, counters)))

    async def _undo(self, drawing: Drawing) -> bool:
        key, chat = drawing.record, self._chat(drawing.record)
        (record,), counters = await asyncio.gather(self._load(chat, key), self._list_of(chat))
        if record.message_id != drawing.target:
            return True
        if drawing.former:
            record.message_id = drawing.former
        elif drawing.opens:
            record.stack, record.contexts = {}, {}
            counters.stack.pop(name_of(key), None)
        changed = _changed(record, counters)
        return not changed or bool(await self._store.commit(chat, changed))

    def _chat(self, key: str) -> ChatKeys:
        chat_id, _ = location_of_record(key)
        return self._store.keys.chat(int(chat_id))

    async def _list_of(self, chat: ChatKeys) -> Record:
        """Return the list of a chat's dialogs, an empty record if there is no such list."""
        key = self._store.list_of(chat)
        return (await self._load(chat, key))[0] if key else Record("")

    async def _load(self, chat: ChatKeys, *keys: str) -> list[Record]:
        loads = (self._store.load(chat, update_id=None, record=key) for key in keys)
        loaded = await asyncio.gather(*loads)
        return [each.record or Record(key) for each, key in zip(loaded, keys, strict=True)]


def _changed(*records: Record) -> list[Record]:
    return [record for record in records if record.is_changed]
