"""Taking over dialogs that aiogram-dialog kept in a storage of aiogram.

A stack is read with its contexts when an update first asks for it and Redis does not have it. The
update's commit writes it as a record, so from then on it is one of the engine's. The same commit
notes that it was taken, so it does not come back once it is closed.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from aiogram.enums import ContentType
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from cachetools import LRUCache

from durable_dialogs.state.keys import Part, split
from durable_dialogs.state.record import Record, without_defaults
from durable_dialogs.tasks import start

REMEMBERED = 10_000
"""Number of keys to remember that the storage does not have."""


@dataclass(frozen=True, slots=True)
class FormerDialog:
    """A stack with its contexts, as aiogram-dialog stored them.

    Attributes:
        stack: The stack.
        contexts: Its contexts by intent id. Those that the storage has lost are left out.
        keys: The keys of all of these in the storage.
    """

    stack: Mapping[str, Any]
    contexts: Mapping[str, Mapping[str, Any]]
    keys: tuple[StorageKey, ...]

    def fill(self, record: Record) -> None:
        """Give an empty record the stack and its contexts."""
        stack = {**self.stack, "intents": [*self.contexts]}
        record.message_id = stack.pop("last_message_id", None)
        if stack.get("last_media_id"):
            # aiogram-dialog keeps ids of files here, and the engine keeps kinds. Nothing is edited
            # into or from a picture that the engine did not send itself.
            stack["last_media_unique_id"] = ContentType.PHOTO
        stack.pop("access_settings", None)  # of aiogram-dialog 2.2a5, which itself ignores it
        record.stack = without_defaults(stack)
        record.contexts = {
            intent: without_defaults(context) for intent, context in self.contexts.items()
        }


class FormerDialogs:
    """Reads dialogs from the storage that a bot used before, and deletes those that were taken.

    The former bot must not run any more. The storage is asked with the keys that aiogram-dialog
    makes, so its kind and its key builder do not matter.

    Args:
        before: The storage.
    """

    def __init__(self, before: BaseStorage) -> None:
        self._before = before
        self._missing: MutableMapping[StorageKey, bool] = LRUCache(REMEMBERED)

    async def find(self, key: StorageKey) -> FormerDialog | None:
        """Return the stack that a key of aiogram-dialog leads to, None if there is none.

        Args:
            key: The key of a stack, or of one of its contexts.
        """
        if split(key)[0] is Part.CONTEXT:
            context = await self._get(key)
            if not context:
                return None
            key = _sibling(key, Part.STACK, context["_stack_id"])
        stack = await self._get(key)
        if not stack:
            return None
        keys = {intent: _sibling(key, Part.CONTEXT, intent) for intent in stack["intents"]}
        found = {intent: await self._get(place) for intent, place in keys.items()}
        contexts = {intent: context for intent, context in found.items() if context}
        return FormerDialog(stack, contexts, (key, *keys.values()))

    def forget(self, dialogs: Iterable[FormerDialog]) -> None:
        """Delete stacks that were taken over; a kill may prevent that, which does no harm."""
        for dialog in dialogs:
            start(self._delete(dialog.keys))

    async def _delete(self, keys: tuple[StorageKey, ...]) -> None:
        for key in keys:
            await self._before.set_data(key, {})
            self._missing[key] = True

    async def _get(self, key: StorageKey) -> Mapping[str, Any]:
        if key in self._missing:
            return {}
        data = await self._before.get_data(key)
        if not data:
            self._missing[key] = True
        return data


def _sibling(key: StorageKey, part: Part, ident: str) -> StorageKey:
    return replace(key, destiny=f"{part}:{ident}")
