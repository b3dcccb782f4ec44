"""The unit of work: all that one update reads, changes and says.

For aiogram-dialog it is the storage. The first read loads the record from Redis; writes, answers
and drawings stay in memory until the commit. So if another worker commits first, the middleware
can do the update again from the start, and people see nothing of the first try.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram_dialog import DialogManager
from aiogram_dialog.api.entities import Stack
from typing_extensions import override

from durable_dialogs.state.effects import UPGRADE, Effects
from durable_dialogs.state.keys import INLINE, OWN_NAMES, TAKEN, ChatKeys, Part, split, stack_id_of
from durable_dialogs.state.loaded_records import LoadedRecords
from durable_dialogs.state.record import Record, without_defaults
from durable_dialogs.state.retention import Retention
from durable_dialogs.state.store import DialogStore


class UnitOfWork(Effects, LoadedRecords, BaseStorage):
    """One update's view of the records of its chat, and the effects that follow its commit.

    Args:
        store: Loads and writes the records.
        chat: The keys of the update's chat.
        update_id: The update's id for its mark, None to write no mark.
        retention: What the inbox knows about the update, None for an update that was never there.

    Attributes:
        is_remembered: Whether the commit has written the update's mark.
        open: Whether handlers still work in this unit.
        is_done: Whether the update is done: committed, and no mere reset of a stack. None until
            that is decided.
        is_reset: Whether the commit only deletes a stack that can't be read. The update itself
            must then be done in another unit.
    """

    def __init__(
        self,
        store: DialogStore,
        chat: ChatKeys,
        update_id: int | None = None,
        retention: Retention | None = None,
    ) -> None:
        Effects.__init__(self)
        LoadedRecords.__init__(self, store, chat, update_id, retention or Retention())
        self.is_remembered = False
        self.open = True
        self.is_done: bool | None = None
        self.is_reset = False

    # For handlers

    @override
    def deliver(self, entry_id: str, payload: str, *, late: str | None = None) -> None:
        """Put an entry into the outbox; see `Effects`.

        Raises:
            RuntimeError: Nothing would deliver it.
            ValueError: The engine itself uses such an id.
        """
        if not (self._store.delivers or entry_id.startswith(UPGRADE)):
            raise RuntimeError("unit.deliver() needs DurableDialogs(deliver=...)")
        super().deliver(entry_id, payload, late=late)

    def record_of(self, stack: Stack) -> str:
        """Return the record key of a stack that was loaded."""
        return self._stacks[stack.id]

    async def message_of(
        self, stack_id: str, thread_id: int | None, business: str | None = None
    ) -> int | None:
        """Return the id of the message that shows a stack of this chat, None if none does.

        Args:
            stack_id: The stack.
            thread_id: The stack's topic, None outside of topics.
            business: The stack's business connection, None without one.
        """
        record = await self._record(self.chat.record(stack_id, thread_id, business))
        return record.message_id if record.stack else None

    async def states_of(self, stack_id: str) -> list[str]:
        """Return the states of the dialogs in a stack of this chat, the bottom one first.

        Args:
            stack_id: The stack. The list is empty if it has expired.
        """
        record = await self._record(self.chat.record(stack_id))
        return [record.contexts[intent]["state"] for intent in record.stack.get("intents", ())]

    async def data(self, name: str) -> dict[str, Any]:
        """Return data of the application in this chat, to be read and changed.

        The changes are committed with those of dialogs. See `Application` for how long the
        data lives.

        Args:
            name: A name of the application's choice, without a colon.

        Raises:
            ValueError: The engine itself uses the name.
        """
        if name in OWN_NAMES or ":" in name:
            raise ValueError(f"{name!r} can't be the name of a chat's data")
        return (await self._record(self.chat.data(name))).stack

    async def peek(self, name: str) -> Record:
        """Return a record of this chat to read only, an empty one if Redis has none.

        Args:
            name: The record's name within the chat.
        """
        return await self._record(self.chat.named(name))

    async def state(self) -> dict[str, Any]:
        """Return the state of the inline message that was pressed, to be read and changed.

        It is empty before the first press.

        Raises:
            AlreadyDoneError: The update was done before.
        """
        key = self.chat.record(INLINE)
        if record := self._find_cached(key):
            return record.stack
        return (await self._record(key)).stack

    # For the commit

    @property
    def changed(self) -> list[Record]:
        """The records that the commit must write."""
        return [record for record in self._records.values() if record.is_changed]

    async def commit(self, changed: list[Record]) -> bool:
        """Write everything in one step, by the commit script.

        Args:
            changed: The records to write.

        Returns:
            Whether it was written. False if another worker was faster; then nothing was.

        Raises:
            AlreadyDoneError: Another worker has done the update meanwhile.
            AwayError: Redis can't write at the moment.
            UnclearError: As in `DialogStore.commit`.
        """
        entries = self.entries
        if not changed and not entries:
            return True
        version = await self._store.commit(
            self.chat, changed, done=self._update_id, memory=self.memory, outbox=entries
        )
        if not version and self._cached:
            self._store.cache.distrust(self._cached.key)
        self.is_remembered = bool(version) and self._update_id is not None
        for record in changed:
            record.version = version
        if version and self._store.former:
            self._store.former.forget(self._taken_over)
        return bool(version)

    def is_new(self, record: str) -> bool:
        """Return whether no commit has written a record that was loaded."""
        return self._records[record].is_new

    def version_of(self, record: str) -> str:
        """Return the version of a record as loaded, or as committed once it is."""
        return self._records[record].version

    def reset(self) -> None:
        """Make the commit delete the stack that was read last, and do nothing else."""
        record = self._records[self._latest]
        record.stack, record.contexts = {}, {}
        taken = self.chat.data(TAKEN)
        self._records = {key: self._records[key] for key in {record.key, taken} & {*self._records}}
        self._outbox.clear()
        self.background.clear()
        self.drawings.clear()
        self._update_id = None
        self.is_reset = True

    # For aiogram-dialog

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Return a stack or context with the changes of this update.

        Raises:
            AlreadyDoneError: The update was done before.
            LostError: The update may have been done before.
        """
        part, ident = split(key)
        if part is Part.STACK:
            record = await self._stack(ident, key)
            if not record.stack:
                return {}
            return {**record.stack, "last_message_id": record.message_id}
        for record in self._records.values():
            if ident in record.contexts:
                self._latest = record.key
                return _context(record, ident)
        way = self.chat.intent(ident)
        loaded = self._find_cached(way) or await self._load(intent=way)
        loaded = loaded or await self._take_over(key)
        if loaded is None:
            return {}
        self._latest = loaded.key
        return _context(loaded, ident) if ident in loaded.contexts else {}

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Change a stack or context in memory; empty data removes it."""
        part, ident = split(key)
        if part is Part.STACK:
            record = await self._stack(ident, key)
            record.stack = without_defaults(data)
            record.message_id = record.stack.pop("last_message_id", None)
        elif data:
            record = await self._stack(data["_stack_id"], key)
            record.contexts[ident] = without_defaults(data)
        else:
            for record in self._records.values():
                record.contexts.pop(ident, None)

    async def _stack(self, stack_id: str, key: StorageKey) -> Record:
        if stack_id not in self._stacks:
            name = self.chat.record(stack_id, key.thread_id, key.business_connection_id)
            record = await self._record(name)
            self._stacks[stack_id] = record.key
            if record.is_new and not record.stack:
                await self._take_over(replace(key, destiny=f"{Part.STACK}:{stack_id}"))
        self._latest = self._stacks[stack_id]
        return self._records[self._latest]

    @override
    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Refuse to store a state of aiogram's own FSM, which dialogs do not use.

        Raises:
            RuntimeError: Always, because the state would be lost.
        """
        raise RuntimeError("dialogs keep their state in contexts")

    @override
    async def get_state(self, key: StorageKey) -> str | None:
        """Return None, because dialogs do not use aiogram's own FSM."""
        return None

    async def close(self) -> None:
        """Do nothing, because the application closes the connection."""


def unit_of_work(source: DialogManager | Mapping[str, Any]) -> UnitOfWork:
    """Return the unit of work of the update that is being handled.

    Args:
        source: The dialog manager, or the data of the update's middlewares.

    Raises:
        KeyError: The code does not run in an update that `DurableDialogs` carries out.
    """
    data = source if isinstance(source, Mapping) else source.middleware_data
    return cast("UnitOfWork", data["unit"])


def with_unit(unit: UnitOfWork, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the middlewares' data for handlers that work in a unit of work."""
    return {**data, "unit": unit, "fsm_storage": unit}


def _context(record: Record, intent_id: str) -> dict[str, Any]:
    ids = {"_intent_id": intent_id, "_stack_id": stack_id_of(record.key)}
    return record.contexts[intent_id] | ids
