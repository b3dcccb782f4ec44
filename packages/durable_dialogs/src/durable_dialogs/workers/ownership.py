"""Which worker owns a chat; all workers agree as long as they know each other.

The owner carries out all updates of a chat. So none need be done again because another worker was
faster. Nothing depends on that: if two workers take themselves for the owner, versions and marks of
records keep everything right.
"""

import time
from hashlib import blake2b

from durable_dialogs.workers.registry import WorkerRegistry


class Ownership:
    """Chooses the owner of each chat among the live workers.

    It hashes each worker together with the chat, and the highest hash wins (rendezvous hashing).
    So if a worker comes or goes, only the chats that it owns change their owner.

    Args:
        registry: The live workers.
    """

    def __init__(self, registry: WorkerRegistry) -> None:
        self._registry = registry
        self._left_out: dict[str, float] = {}

    def owner_of(self, chat: str) -> str | None:
        """Return the worker that owns a chat, None if this one does.

        Args:
            chat: The id of a chat or of an inline message.
        """
        own, others = self._registry.worker, self._registry.others
        # A worker that takes no updates from others must not own part of the chats alone.
        if not others or not self._registry.address:
            return None
        now = time.monotonic()
        able = (worker for worker in others if self._left_out.get(worker, now) <= now)
        owner = max((own, *able), key=lambda worker: _rank(worker, chat))
        return None if owner == own else owner

    def leave_out(self, worker: str, seconds: float) -> None:
        """Let other workers own the chats of one that did not answer, for some seconds."""
        now = time.monotonic()
        self._left_out = {name: until for name, until in self._left_out.items() if until > now}
        self._left_out[worker] = now + seconds


def _rank(worker: str, chat: str) -> bytes:
    return blake2b(f"{worker} {chat}".encode(), digest_size=8).digest()
