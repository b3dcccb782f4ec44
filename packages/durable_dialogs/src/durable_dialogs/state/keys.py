"""How dialogs are named in Redis.

All keys of a chat carry the hash tag `{bot:chat}`, so that on a cluster they
live on one node and one script may change them together.
"""

from dataclasses import dataclass
from enum import StrEnum

from aiogram.fsm.storage.base import StorageKey

PREFIX = "tally"


INLINE = "inline"
"""What stands for a stack in the key of an inline message's state."""
ROLL = "roll"
"""How the key of a chat's roll ends."""


class Part(StrEnum):
    """What of a dialog a storage key of aiogram-dialog speaks of."""

    STACK = "aiogd:stack"
    CONTEXT = "aiogd:context"


@dataclass(frozen=True, slots=True)
class ChatKeys:
    """The keys of one chat, or of a message that was sent through inline mode.

    Attributes:
        bot_id: The bot's id.
        chat_id: The chat's id, or the inline message's.
    """

    bot_id: int
    chat_id: int | str

    @property
    def tag(self) -> str:
        """What all keys of the chat begin with."""
        return f"{PREFIX}:{{{self.bot_id}:{self.chat_id}}}"

    def done(self, update_id: int | None) -> str:
        """Name the mark of an update that was done; without an id a mark that never stands."""
        return f"{self.tag}:done:{'' if update_id is None else update_id}"

    @property
    def outbox(self) -> str:
        """What was committed and waits for the database, a hash."""
        return f"{self.tag}:outbox"

    @property
    def roll(self) -> str:
        """Which dialogs of the chat are open, and whose they are; see `fsm.roll`."""
        return f"{self.tag}:{ROLL}"

    @property
    def pace(self) -> str:
        """How much several workers may still draw in the chat; see `fsm.turns`."""
        return f"{self.tag}:pace"

    def drawn(self, message_id: int) -> str:
        """Name what was drawn last on a message."""
        return f"{self.tag}:drawn:{message_id}"

    def intent(self, intent_id: str) -> str:
        """Name the key that holds the name of a context's record."""
        return f"{self.tag}:intent:{intent_id}"

    def record(
        self, stack_id: str, thread_id: int | None = None, business: str | None = None
    ) -> str:
        """Name the record of a stack.

        Args:
            stack_id: The stack.
            thread_id: The topic that it stands in, if any.
            business: The business connection that it belongs to, if any.
        """
        return self.named(f"{business or ''}:{thread_id or ''}:{stack_id}")

    def named(self, name: str) -> str:
        """Name a record by its name within the chat; see `name_of`."""
        return f"{self.tag}:stack:{name}"


def split(key: StorageKey) -> tuple[Part, str]:
    """Tell what a storage key of aiogram-dialog speaks of, and its id.

    Raises:
        ValueError: The key is no key of aiogram-dialog (its `StorageProxy`
            makes `aiogd:stack:ID` and `aiogd:context:ID`).
    """
    # An intent's id comes from callback data, and may hold anything.
    library, part, ident = key.destiny.split(":", 2)
    return Part(f"{library}:{part}"), ident


def stack_id_of(record: str) -> str:
    """Give the id of the stack that a record is of."""
    return record.rpartition(":")[2]


def location_of_record(record: str) -> tuple[str, int | None]:
    """Give the chat of a record, or the inline message that it is, and the topic, if any."""
    chat, _, stack = record.partition("}:stack:")
    _, thread, _ = stack.split(":", 2)
    return chat.rpartition(":")[2], int(thread) if thread else None


def sender_of(record: str, awaited: int) -> str:
    """Name the key that tells which worker sends a message of a record; see `fsm.senders`.

    Args:
        record: The record's key.
        awaited: The number that stands for the message.
    """
    return f"{record.partition('}')[0]}}}:sender:{awaited}"


def name_of(record: str) -> str:
    """Give the name of a stack's record within its chat."""
    return ":".join(record.rsplit(":", 3)[1:])


def inline_message_of(record: str) -> str | None:
    """Give the id of the inline message whose state a record is, None for a stack."""
    return location_of_record(record)[0] if stack_id_of(record) == INLINE else None
