"""Dialogs whose message could not be sent where it belongs: they move on, or are let go.

A topic of the same chat is in the same hash slot, so a dialog moves in one step. A press that
comes in between finds it in any case, by the id of its context.
"""

import asyncio

import structlog

from fsm.keys import ChatKeys, name_of, place_of_record, stack_id_of
from fsm.record import Record
from fsm.store import AwayError, DialogStore, UnclearError

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

    async def let_go(self, key: str, awaited: int, former: int | None) -> None:
        """Take back that a dialog was to have another message, which can't be sent.

        Args:
            key: Its record.
            awaited: What stands for the message that can't be sent.
            former: The message that it had before, None for none; then it ends, as nobody
                can ever see it.
        """
        try:
            while not await self._let_go(key, awaited, former):
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

    async def _let_go(self, key: str, awaited: int, former: int | None) -> bool:
        chat = self._chat(key)
        record, roll = await self._load(chat, key, chat.roll)
        if record.message_id != awaited:
            return True
        if former:
            record.message_id = former
        else:
            record.stack, record.contexts = {}, {}
            roll.stack.pop(name_of(key), None)
        return bool(await self._store.commit(chat, _changed(record, roll)))

    def _chat(self, key: str) -> ChatKeys:
        chat_id, _ = place_of_record(key)
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
