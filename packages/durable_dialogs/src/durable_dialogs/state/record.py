"""What Redis holds of a stack and its contexts."""

from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(slots=True)
class Record:
    """A stack and its contexts, as loaded and as changed since.

    Attributes:
        key: Its name in Redis.
        version: The version loaded, "0" where there is none.
        stored: The data as loaded, b"" where there is none.
        stack: The stack as aiogram-dialog stores it, empty where there is none.
        contexts: Its contexts by intent id, as aiogram-dialog stores them.
        message_id: The message that shows it, None for none; below 0 it stands
            for one that is being sent.
        bound: The message as loaded.
        owner: Who has opened it, None where nobody knows.
        loaded: The ids of the contexts as loaded.
    """

    key: str
    version: str = "0"
    stored: bytes = b""
    stack: dict[str, Any] = field(default_factory=dict)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    message_id: int | None = None
    bound: int | None = None
    owner: int | None = None
    loaded: frozenset[str] = frozenset()

    @classmethod
    def parse(
        cls, key: str, version: bytes | None, data: bytes | None, message: bytes | None
    ) -> "Record":
        """Make a record of what Redis holds of it."""
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
            bound=message_id,
            owner=content.get("owner"),
            loaded=frozenset(content["contexts"]),
        )

    def dump(self) -> bytes:
        """Write the record as it is stored, b"" when nothing is left of it."""
        if not self.stack and not self.contexts:
            return b""
        return orjson.dumps({"stack": self.stack, "contexts": self.contexts, "owner": self.owner})

    @property
    def is_new(self) -> bool:
        """Whether it has never been written."""
        return self.version == "0"
