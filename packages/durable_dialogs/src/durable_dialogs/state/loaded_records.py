"""The records that an update has read: from Redis, or the first one from the cache."""

from aiogram.fsm.storage.base import StorageKey

from durable_dialogs.state.keys import TAKEN, ChatKeys, name_of, stack_id_of
from durable_dialogs.state.outcome import AlreadyDoneError
from durable_dialogs.state.record import Record
from durable_dialogs.state.retention import EntryStatus, Retention
from durable_dialogs.state.store import MEMORY, DialogStore, LostError
from durable_dialogs.state.takeover import FormerDialog


class LoadedRecords:
    """Loads records of a chat for one update, each at most once.

    Args:
        store: Loads and writes the records.
        chat: The keys of the update's chat.
        update_id: The update's id for its mark, None to look for no mark.
        retention: What the inbox knows about the update.

    Attributes:
        chat: As given.
        retention: As given.
        memory: Seconds that the update is remembered once it is done; see `DialogStore.commit`.
    """

    def __init__(
        self, store: DialogStore, chat: ChatKeys, update_id: int | None, retention: Retention
    ) -> None:
        self.chat, self.retention = chat, retention
        self.memory: int | None = MEMORY
        self._store = store
        self._update_id = update_id
        self._asked = False
        self._records: dict[str, Record] = {}
        self._stacks: dict[str, str] = {}
        self._latest = ""
        self._cached: Record | None = None
        self._taken_over: list[FormerDialog] = []

    @property
    def is_cached(self) -> bool:
        """Whether what was read first is from the cache, so that it may be outdated."""
        return self._cached is not None

    def is_guarded_by(self, changed: list[Record]) -> bool:
        """Return whether a commit of some records would find that what was read is outdated.

        Records that were loaded need no guard.
        """
        return self._cached is None or self._cached in changed

    async def is_current(self) -> bool:
        """Ask Redis whether what was read from the cache is up to date; true if nothing was.

        Raises:
            AlreadyDoneError: The update was done before.
            AwayError: Redis can't be used at the moment.
            UnclearError: As in `DialogStore.load`.
        """
        if self._cached is None:
            return True
        key, version = self._cached.key, self._cached.version
        loaded = await self._store.load(
            self.chat, update_id=self._update_id, record=key, memory=self.memory
        )
        if loaded.done is not None:
            raise AlreadyDoneError(loaded.done)
        is_current = loaded.record is not None and loaded.record.version == version
        if not is_current:
            self._store.cache.distrust(key)
        return is_current

    def drop_cached(self) -> None:
        """Make the next unit of work load what this one found in the cache."""
        if self._cached:
            contexts = map(self.chat.intent, self._cached.loaded_contexts)
            self._store.cache.drop([*contexts, self._cached.key])

    async def _record(self, key: str) -> Record:
        if key not in self._records:
            await self._load(record=key)
        return self._records[key]

    async def _load(self, *, record: str = "", intent: str = "") -> Record | None:
        """Load a record; the first time, find out whether the update was done.

        Raises:
            AlreadyDoneError: The update was done before.
            LostError: The update may have been done before.
        """
        asked, self._asked = self._asked, True
        update_id = None if asked else self._update_id
        loaded = await self._store.load(
            self.chat, update_id=update_id, record=record, intent=intent, memory=self.memory
        )
        if loaded.done is not None or (self.retention.found is EntryStatus.DONE and not asked):
            raise AlreadyDoneError(loaded.done or [])
        if self.retention.found is EntryStatus.DOUBTFUL and not asked:
            raise LostError("its commit may have been written before the process ended")
        return loaded.record and self._note(loaded.record)

    def _find_cached(self, way: str) -> Record | None:
        """Return a record from the cache, if it is the first one that the update reads.

        The commit looks for the update's mark, so nothing is loaded. Only the inbox may know that
        an update was done whose mark has expired.
        """
        if self._records or self._asked or self._update_id is None:
            return None
        if self.retention.found is not EntryStatus.OPEN:
            return None
        if cached := self._store.cache.find(way):
            self._cached = self._note(cached)
        return self._cached

    async def _take_over(self, key: StorageKey) -> Record | None:
        """Take over the stack that a key leads to from the storage that was used before.

        Returns:
            Its record. None if there is no such stack, or it was taken over before.
        """
        former = self._store.former
        dialog = await former.find(key) if former else None
        if dialog is None:
            return None
        name = self.chat.record(dialog.stack["_id"], key.thread_id, key.business_connection_id)
        record, taken = await self._record(name), await self._record(self.chat.data(TAKEN))
        if not record.is_new or record.stack or name_of(name) in taken.stack:
            return None
        taken.stack[name_of(name)] = True
        dialog.fill(record)
        self._taken_over.append(dialog)
        return record

    def _note(self, record: Record) -> Record:
        known = self._records.setdefault(record.key, record)
        # By the stack's id as well. Telegram does not tell the topic, which is part of the key,
        # for a press on a message that is too old (`InaccessibleMessage`).
        if name_of(known.key):
            self._stacks[stack_id_of(known.key)] = known.key
        return known
