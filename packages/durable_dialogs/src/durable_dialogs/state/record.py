"""A stack and its contexts, as one value in Redis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

import orjson

from durable_dialogs.state.keys import ChatKeys, name_of

REQUIRED = {"_id", "start_data", "dialog_data"}
"""Fields of stacks and contexts that are stored even if they are empty.

aiogram-dialog needs them, and the default stack's id is empty.
"""
IDS = {"_intent_id", "_stack_id"}
"""Fields of a context that are not stored, because keys of and in the record hold them."""
ANYBODY: dict[str, Any] = {"user_ids": [], "custom": None}
"""Access settings that let everybody in, and are not stored: a context without any does so too."""


@dataclass(slots=True)
class Record:
    """A stack and its contexts: as the store loaded them, and as the update changed them.

    Attributes:
        key: The record's key in Redis.
        version: The version loaded, "0" for a record that Redis does not have.
        stored: The data as loaded, b"" for a record that Redis does not have.
        stack: The stack as aiogram-dialog stores it, empty if there is none.
        contexts: The stack's contexts by intent id, as aiogram-dialog stores them.
        message_id: The message that shows the stack, None if there is none. A number below 0
            is a placeholder for a message that a worker is still sending.
        loaded_message_id: `message_id` as loaded.
        owner: The person who opened the stack, None if the record does not tell.
        loaded_contexts: The intent ids of the contexts as loaded.
        noted_on: The day since 1970 on which `OpenWindows` noted the stack's window, None if the
            window has no buttons.
    """

    key: str
    version: str = "0"
    stored: bytes = b""
    stack: dict[str, Any] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    message_id: int | None = None
    loaded_message_id: int | None = None
    owner: int | None = None
    loaded_contexts: frozenset[str] = frozenset()
    noted_on: int | None = None

    @classmethod
    def parse(
        cls, key: str, version: bytes | None, data: bytes | None, message: bytes | None
    ) -> "Record":
        """Make a record from the fields of its hash in Redis, None for fields that are missing."""
        if version is None or data is None:
            return cls(key)
        content = orjson.loads(data)
        message_id = int(message) if message else None
        return cls(
            key=key,
            version=version.decode(),
            stored=data,
            stack=content["stack"],
            contexts=content["contexts"],
            message_id=message_id,
            loaded_message_id=message_id,
            owner=content.get("owner"),
            loaded_contexts=frozenset(content["contexts"]),
            noted_on=content.get("noted"),
        )

    def dump(self) -> bytes:
        """Return the data to store, b"" if neither a stack nor a context is left."""
        if not self.stack and not self.contexts:
            return b""
        content = {"stack": self.stack, "contexts": self.contexts, "owner": self.owner}
        if self.noted_on is not None:
            content["noted"] = self.noted_on
        return orjson.dumps(content)

    @property
    def is_new(self) -> bool:
        """Whether no commit has written the record yet."""
        return self.version == "0"

    @property
    def is_changed(self) -> bool:
        """Whether the record differs from what was loaded."""
        return self.dump() != self.stored or self.message_id != self.loaded_message_id


class Change(TypedDict):
    """What the commit script writes of a record; see `commit.lua`."""

    key: str
    name: str
    version: str
    data: str
    message: NotRequired[str]
    intents: list[str]
    opened: list[str]
    closed: list[str]


def change_of(chat: ChatKeys, record: Record) -> Change:
    """Return what the commit script must write of a record of a chat."""
    now = record.contexts.keys()
    change = Change(
        key=record.key,
        name=name_of(record.key),
        version=record.version,
        data=record.dump().decode(),
        intents=list(map(chat.intent, now)),
        opened=list(map(chat.intent, now - record.loaded_contexts)),
        closed=list(map(chat.intent, record.loaded_contexts - now)),
    )
    if record.message_id != record.loaded_message_id:
        change["message"] = str(record.message_id or "")
    return change


def without_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out values that aiogram-dialog sets by default: a third of a counter's bytes."""
    return {
        name: value
        for name, value in data.items()
        if name in REQUIRED or (value and value != ANYBODY and name not in IDS)
    }
