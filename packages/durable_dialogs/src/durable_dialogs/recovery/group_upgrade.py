"""Group upgrades: open counters follow a group that becomes a supergroup with another id.

Two chats are in two hash slots, so no single commit can change both. First, commits take the open
dialogs out of the old chat and put them into its outbox, some at a time. From there each dialog is
put into the new chat. After a kill another worker may repeat each step: it takes what is left, or
recognises a dialog that has arrived.
"""

import asyncio
import secrets
from enum import StrEnum
from typing import Any

import orjson
from aiogram.enums import ChatType

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.message_manager import placeholder
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.state.effects import UPGRADE
from durable_dialogs.state.keys import ChatKeys, location_of_record, name_of, stack_id_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore

AT_ONCE = 50
"""Dialogs that one commit takes out of a group. Redis does nothing else meanwhile."""


class GroupUpgrade(StrEnum):
    """How the ids of outbox entries begin that belong to a group upgrade."""

    UPGRADE = UPGRADE
    """The entry says that a group has another id."""
    DIALOG = "dialog:"
    """The entry holds a dialog that is moving to the new chat."""


class UnfinishedError(Exception):
    """An entry of the old chat is not delivered yet, and the upgrade must wait for it."""


def upgrade_of(old_id: int, new_id: int) -> tuple[str, str]:
    """Return the id and the payload of the outbox entry which says that a group has another id."""
    return f"{GroupUpgrade.UPGRADE}{old_id}", orjson.dumps([old_id, new_id]).decode()


class GroupUpgrades:
    """Moves the open counters of a group to its supergroup; other dialogs end with the old chat.

    Args:
        store: Loads and commits records.
        pending_redraws: Has the dialogs posted in the new chat.
    """

    def __init__(self, store: DialogStore, pending_redraws: PendingRedraws) -> None:
        self._store = store
        self._pending_redraws = pending_redraws
        # Dialogs that arrive in a chat change the same list, so all but one at a time would fail.
        self._arriving = asyncio.Lock()

    async def begin(self, outbox: Outbox, old_id: int, new_id: int) -> None:
        """Put the upgrade of a group into its outbox, after Telegram has told the new id."""
        await outbox.put(self._store.keys.chat(old_id), dict([upgrade_of(old_id, new_id)]))

    async def take(self, outbox: Outbox, payload: str) -> tuple[int, int]:
        """Take the open counters out of a group, and deliver everything else in its outbox.

        Args:
            outbox: The outbox.
            payload: The payload of `upgrade_of`.

        Returns:
            The group's old id and its new one.

        Raises:
            UnfinishedError: An entry could not be delivered.
        """
        old_id, new_id = orjson.loads(payload)
        old = self._store.keys.chat(old_id)
        while await self._take_some(outbox, old, new_id):
            pass
        if not await outbox.empty(old, but=GroupUpgrade.UPGRADE):
            raise UnfinishedError
        return old_id, new_id

    async def _take_some(self, outbox: Outbox, old: ChatKeys, new_id: int) -> bool:
        """Take up to `AT_ONCE` open counters out of a group; tell whether some may be left."""
        listed = self._store.list_of(old)
        if listed is None:
            return False
        counters = await self._load(old, listed)
        names = list(counters.stack)[:AT_ONCE]
        records = await asyncio.gather(*(self._load(old, old.named(name)) for name in names))
        entries = {
            f"{GroupUpgrade.DIALOG}{name}": _pack(record, counters.stack.pop(name), new_id)
            for name, record in zip(names, records, strict=True)
            if record.contexts
        }
        for name in names:
            counters.stack.pop(name, None)  # without a dialog: it has expired
        for record in records:
            record.stack, record.contexts = {}, {}
        if names:
            await outbox.announce(old, entries)
            # If another update has changed a dialog meanwhile, nothing is taken yet.
            await self._store.commit(old, [counters, *records], outbox=entries)
        return bool(names)

    async def put(self, payload: str) -> None:
        """Put a dialog into the new chat and post it, unless it is there already.

        Args:
            payload: The payload of an entry that `take` has put into the outbox.
        """
        dialog = orjson.loads(payload)
        location: Location = Location(**dialog["place"])
        async with self._arriving:
            while not await self._put(dialog, location):
                pass  # another update has changed the list meanwhile

    async def _put(self, dialog: dict[str, Any], location: Location) -> bool:
        chat = self._store.keys.chat(location.chat_id)
        key = chat.record(dialog["stack"]["_id"])
        changed = [record := await self._load(chat, key)]
        if record.stack:
            return True
        _unpack(dialog, record)
        record.owner = location.user_id
        if listed := self._store.list_of(chat):
            changed.append(counters := await self._load(chat, listed))
            counters.stack[name_of(key)] = location.user_id
        await self._pending_redraws.announce([key], location)
        if not await self._store.commit(chat, changed):
            return False
        # If the commit took long, the first announcement has been removed again.
        await self._pending_redraws.announce([key], location)
        self._pending_redraws.hurry(key)
        return True

    async def _load(self, chat: ChatKeys, key: str) -> Record:
        loaded = await self._store.load(chat, update_id=None, record=key)
        return loaded.record or Record(key)


def _pack(record: Record, owner: int, new_id: int) -> str:
    """Return a dialog as the payload of an outbox entry, with its stack renamed for the new chat.

    The new name contains the old chat's id, because the supergroup numbers its messages from 1
    again and stacks are named after messages.
    """
    location = Location(new_id, ChatType.SUPERGROUP, None, owner, None)
    chat_id, _ = location_of_record(record.key)
    stack = {**record.stack, "_id": f"{stack_id_of(record.key)}of{chat_id}"}
    contexts = [record.contexts[intent] for intent in record.stack["intents"]]
    # The field "place" keeps its name of earlier versions.
    return orjson.dumps({"place": location, "stack": stack, "contexts": contexts}).decode()


def _unpack(dialog: dict[str, Any], record: Record) -> None:
    """Give a record the stack and contexts of a dialog, with new intent ids."""
    record.stack = {**dialog["stack"], "intents": []}
    record.contexts = {}
    for context in dialog["contexts"]:
        intent = secrets.token_urlsafe(6)
        record.stack["intents"].append(intent)
        record.contexts[intent] = context
    record.message_id = placeholder()
