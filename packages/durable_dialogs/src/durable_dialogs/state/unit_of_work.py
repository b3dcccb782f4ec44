"""What one update reads and changes: the storage that aiogram-dialog sees.

Its first read loads the record from Redis, its writes stay here until the
commit, and so does everything that people would see. So an update can be done
again from the start when another worker was faster, and nothing shows that.
"""

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey
from aiogram_dialog.api.entities import Stack
from typing_extensions import override

from durable_dialogs.state.effects import Effects
from durable_dialogs.state.keeping import Fate, Keeping
from durable_dialogs.state.keys import INLINE, ChatKeys, Part, split, stack_id_of
from durable_dialogs.state.outcome import AlreadyDoneError
from durable_dialogs.state.record import Record
from durable_dialogs.state.store import MEMORY, DialogStore, LostError

REQUIRED = {"_id", "start_data", "dialog_data"}
"""What stacks and contexts are never without; the default stack's id is empty."""
IDS = {"_intent_id", "_stack_id"}
"""What a context says of itself that its place in the record says already."""
ANYBODY: dict[str, Any] = {"user_ids": [], "custom": None}
"""The access settings of a context that is everybody's, as one without any is."""


class UnitOfWork(Effects, BaseStorage):
    """One update's view of open dialogs, and what it leaves to be shown.

    Args:
        store: Where the records are.
        chat: The chat that the update is of.
        update_id: The update's id, to be remembered; None for one that has none.
        keeping: What is known of the update in the inbox, None for one that was never there.

    Attributes:
        keeping: As given, or a new one.
        memory: Seconds that the update is remembered once it is done; see `DialogStore.commit`.
        is_remembered: Whether the commit has written that down.
        open: Whether handlers still work in it.
        stands: Whether it was committed; None as long as nobody knows.
        is_reset: Whether it deletes a stack that can't be read; then the update
            is still to be done.
    """

    def __init__(
        self,
        store: DialogStore,
        chat: ChatKeys,
        update_id: int | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        super().__init__()
        self.memory: int | None = MEMORY
        self.is_remembered = False
        self.keeping = keeping or Keeping()
        self._store = store
        self._chat = chat
        self._update_id = update_id
        self._asked = False
        self._records: dict[str, Record] = {}
        self._stacks: dict[str, str] = {}
        self._latest = ""
        self.open = True
        self.stands: bool | None = None
        self.is_reset = False

    # What handlers look at

    @property
    def chat(self) -> ChatKeys:
        """The keys of the chat that the update is of."""
        return self._chat

    def record_of(self, stack: Stack) -> str:
        """Give the key of the record of a stack that was loaded."""
        return self._stacks[stack.id]

    async def message_of(self, stack_id: str, thread_id: int | None) -> int | None:
        """Tell which message shows a stack of this chat, None where none does.

        Args:
            stack_id: The stack.
            thread_id: The topic that it stands in, if any.
        """
        record = await self._record(self._chat.record(stack_id, thread_id))
        return record.message_id if record.stack else None

    async def states_of(self, stack_id: str) -> list[str]:
        """Tell in which states the dialogs of a stack of this chat are, the first below.

        Args:
            stack_id: The stack; none stands there once its time to live has ended.
        """
        record = await self._record(self._chat.record(stack_id))
        return [record.contexts[intent]["state"] for intent in record.stack.get("intents", ())]

    async def roll(self) -> dict[str, Any]:
        """Give the chat's roll, to be read and changed; see `fsm.roll.Roll`."""
        return (await self._record(self._chat.roll)).stack

    async def look(self, name: str) -> Record:
        """Give a record of this chat as it stands, empty where there is none; not to be changed.

        Args:
            name: Its name within the chat.
        """
        return await self._record(self._chat.named(name))

    async def state(self) -> dict[str, Any]:
        """Give the state of the inline message that was pressed, to be read and changed.

        It is empty before the first press.

        Raises:
            AlreadyDoneError: The update was done before.
        """
        return (await self._record(self._chat.record(INLINE))).stack

    # What becomes of it

    @property
    def changed(self) -> list[Record]:
        """The records that the commit is to write."""
        return [record for record in self._records.values() if _is_changed(record)]

    async def commit(self, changed: list[Record]) -> bool:
        """Write everything down in one step.

        Args:
            changed: The records to write.

        Returns:
            False if another was faster: then nothing was written.
        """
        if not changed and not self._outbox:
            return True
        version = await self._store.commit(
            self._chat, changed, done=self._update_id, memory=self.memory, outbox=self._outbox
        )
        self.is_remembered = bool(version) and self._update_id is not None
        for record in changed:
            record.version = version
        return bool(version)

    def is_new(self, record: str) -> bool:
        """Tell whether a record that was loaded has never been written."""
        return self._records[record].is_new

    def version_of(self, record: str) -> str:
        """Give the version of a record that was loaded, after the commit the one it has then."""
        return self._records[record].version

    def reset(self) -> None:
        """Have the stack that was asked for last deleted by the commit, and nothing else done."""
        record = self._records[self._latest]
        record.stack, record.contexts = {}, {}
        self._records = {record.key: record}
        self._outbox.clear()
        self.drawings.clear()
        self._update_id = None
        self.is_reset = True

    # What aiogram-dialog reads and writes

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Give a stack or context as it stands for this update.

        Raises:
            AlreadyDoneError: The update was done before.
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
        loaded = await self._load(intent=self._chat.intent(ident))
        if loaded is None:
            return {}
        self._latest = loaded.key
        return _context(loaded, ident) if ident in loaded.contexts else {}

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Note a stack or context; empty data removes it."""
        part, ident = split(key)
        if part is Part.STACK:
            record = await self._stack(ident, key)
            record.stack = _without_defaults(data)
            record.message_id = record.stack.pop("last_message_id", None)
        elif data:
            record = await self._stack(data["_stack_id"], key)
            record.contexts[ident] = _without_defaults(data)
        else:
            for record in self._records.values():
                record.contexts.pop(ident, None)

    async def _stack(self, stack_id: str, place: StorageKey) -> Record:
        if stack_id not in self._stacks:
            key = self._chat.record(stack_id, place.thread_id, place.business_connection_id)
            self._stacks[stack_id] = (await self._record(key)).key
        self._latest = self._stacks[stack_id]
        return self._records[self._latest]

    async def _record(self, key: str) -> Record:
        if key not in self._records:
            await self._load(record=key)
        return self._records[key]

    async def _load(self, *, record: str = "", intent: str = "") -> Record | None:
        asked, self._asked = self._asked, True
        update_id = None if asked else self._update_id
        loaded = await self._store.load(
            self._chat, update_id=update_id, record=record, intent=intent, memory=self.memory
        )
        if loaded.done is not None or (self.keeping.found is Fate.DONE and not asked):
            raise AlreadyDoneError(loaded.done or [])
        if self.keeping.found is Fate.DOUBTFUL and not asked:
            raise LostError("nobody knows whether it was done")
        if loaded.record is None:
            return None
        known = self._records.setdefault(loaded.record.key, loaded.record)
        # By its id as well: a press on a message that is too old to be seen
        # doesn't tell the topic, which is part of the key.
        self._stacks[stack_id_of(known.key)] = known.key
        return known

    @override
    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Refuse: dialogs keep no state of aiogram's own FSM.

        Raises:
            RuntimeError: Always; what is written here would be lost.
        """
        raise RuntimeError("dialogs keep their state in contexts")

    @override
    async def get_state(self, key: StorageKey) -> str | None:
        """Give None: dialogs keep no state of aiogram's own FSM."""
        return None

    async def close(self) -> None:
        """Close nothing: the connection is the store's."""


def _without_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a stack or context is made with anyway: a third of what a counter weighs."""
    return {
        name: value
        for name, value in data.items()
        if name in REQUIRED or (value and value != ANYBODY and name not in IDS)
    }


def _context(record: Record, intent_id: str) -> dict[str, Any]:
    ids = {"_intent_id": intent_id, "_stack_id": stack_id_of(record.key)}
    return record.contexts[intent_id] | ids


def _is_changed(record: Record) -> bool:
    return record.dump() != record.stored or record.message_id != record.bound
