"""Open dialogs follow their group, which has another id once it is a supergroup.

Two chats are two hash slots, so no one step can change both. What is open is taken
out of the old chat and put into its outbox in one step; from there each dialog is put
into the new chat. Each step may be done twice, by whoever comes after a kill: there is
nothing left to take then, and what has arrived is recognised.
"""

import asyncio
import secrets
from enum import StrEnum
from typing import Any

import orjson
from aiogram.enums import ChatType

from durable_dialogs.delivery.outbox import Outbox
from durable_dialogs.drawing.message_manager import awaited
from durable_dialogs.recovery.pending_redraws import PendingRedraws
from durable_dialogs.state.keys import ChatKeys, location_of_record, name_of, stack_id_of
from durable_dialogs.state.location import Location
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import DialogStore


class GroupUpgrade(StrEnum):
    """How the ids of the outbox's entries begin that are of a move."""

    UPGRADE = "upgrade:"
    """It says that a group has another id."""
    DIALOG = "dialog:"
    """It holds a dialog on its way."""


class UnfinishedError(Exception):
    """Something of the old chat has not arrived yet; the rest has to wait for it."""


def upgrade_of(old_id: int, new_id: int) -> tuple[str, str]:
    """Give the entry of the outbox which says that a group has another id, its id and payload."""
    return f"{GroupUpgrade.UPGRADE}{old_id}", orjson.dumps([old_id, new_id]).decode()


class GroupUpgrades:
    """Moves the dialogs that are on a chat's roll; the rest ends with the old chat.

    Args:
        store: Where the dialogs are.
        undrawn: Has them posted in the new chat.
        bot_id: The bot's id.
    """

    def __init__(self, store: DialogStore, undrawn: PendingRedraws, bot_id: int) -> None:
        self._store = store
        self._undrawn = undrawn
        self._bot_id = bot_id

    async def begin(self, outbox: Outbox, old_id: int, new_id: int) -> None:
        """Have a group moved whose messages turned out to be elsewhere now."""
        await outbox.put(ChatKeys(self._bot_id, old_id), dict([upgrade_of(old_id, new_id)]))

    async def take(self, outbox: Outbox, payload: str) -> tuple[int, int]:
        """Move what is open in a group, and see off what else its outbox holds.

        Args:
            outbox: The outbox.
            payload: That of `upgrade_of`.

        Returns:
            The group's old id and its new one.

        Raises:
            UnfinishedError: Some of it could not be delivered.
        """
        old_id, new_id = orjson.loads(payload)
        old = ChatKeys(self._bot_id, old_id)
        while not await self._take(outbox, old, new_id):
            pass  # somebody has tapped meanwhile
        if not await outbox.empty(old, but=GroupUpgrade.UPGRADE):
            raise UnfinishedError
        return old_id, new_id

    async def _take(self, outbox: Outbox, old: ChatKeys, new_id: int) -> bool:
        roll = await self._load(old, old.roll)
        names = list(roll.stack)
        records = await asyncio.gather(*(self._load(old, old.named(name)) for name in names))
        entries = {
            f"{GroupUpgrade.DIALOG}{name}": _pack(record, roll.stack[name], new_id)
            for name, record in zip(names, records, strict=True)
            if record.contexts
        }
        if not entries:
            return True
        for record in (roll, *records):
            record.stack, record.contexts = {}, {}
        await outbox.announce(old, entries)
        return bool(await self._store.commit(old, [roll, *records], outbox=entries))

    async def put(self, payload: str) -> None:
        """Put a dialog into the new chat, unless it is there, and have it posted.

        Args:
            payload: What `take` has put into the outbox.
        """
        dialog = orjson.loads(payload)
        place: Location = Location(**dialog["place"])
        chat = ChatKeys(self._bot_id, place.chat_id)
        key = chat.record(dialog["stack"]["_id"])
        while True:
            record, roll = await asyncio.gather(self._load(chat, key), self._load(chat, chat.roll))
            if record.stack:
                return
            _unpack(dialog, record)
            record.owner = place.user_id
            roll.stack[name_of(key)] = place.user_id
            await self._undrawn.announce([key], place)
            if await self._store.commit(chat, [record, roll]):
                # Again, as a commit that took long finds its announcement taken off.
                await self._undrawn.announce([key], place)
                self._undrawn.hurry(key)
                return

    async def _load(self, chat: ChatKeys, key: str) -> Record:
        loaded = await self._store.load(chat, update_id=None, record=key)
        return loaded.record or Record(key)


def _pack(record: Record, owner: int, new_id: int) -> str:
    """Write a dialog down as it will be in the new chat.

    Its stack is named after the old chat, too: the new one counts its messages from 1 again.
    """
    place = Location(new_id, ChatType.SUPERGROUP, None, owner, None)
    chat_id, _ = location_of_record(record.key)
    stack = {**record.stack, "_id": f"{stack_id_of(record.key)}of{chat_id}"}
    contexts = [record.contexts[intent] for intent in record.stack["intents"]]
    return orjson.dumps({"place": place, "stack": stack, "contexts": contexts}).decode()


def _unpack(dialog: dict[str, Any], record: Record) -> None:
    """Give a record the contents of a dialog, under intents that nobody has."""
    record.stack = {**dialog["stack"], "intents": []}
    record.contexts = {}
    for context in dialog["contexts"]:
        intent = secrets.token_urlsafe(6)
        record.stack["intents"].append(intent)
        record.contexts[intent] = context
    record.message_id = awaited()
