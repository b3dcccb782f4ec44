"""The keys of dialogs in Redis.

All keys of a chat carry the hash tag `{bot:chat}`. So they are on one node of a cluster, and one
script can change them together.
"""

from dataclasses import dataclass
from enum import StrEnum

from aiogram.fsm.storage.base import StorageKey

INLINE = "inline"
"""The stack id in the key of an inline message's state, which has no stack."""


TAKEN = "taken"
"""The name of the data that lists which stacks were taken over; see `FormerDialogs`."""
OWN_NAMES = {
    *("done", "outbox", "intent", "stack", "sender", "windows"),
    *(INLINE, TAKEN),
}
"""Names that data of the application can't have, because the engine uses them."""


class Part(StrEnum):
    """The part of a dialog that a storage key of aiogram-dialog is for."""

    STACK = "aiogd:stack"
    CONTEXT = "aiogd:context"


@dataclass(frozen=True, slots=True)
class BotKeys:
    """The keys of one bot.

    Attributes:
        bot_id: The bot's id.
        prefix: The beginning of all its keys and channels, so that several programs can share a
            Redis.
    """

    bot_id: int
    prefix: str = "dialogs"

    def own(self, name: str) -> str:
        """Return a key of the bot that belongs to no chat."""
        return f"{self.prefix}:{{{self.bot_id}}}:{name}"

    def chat(self, chat_id: int | str) -> "ChatKeys":
        """Return the keys of a chat, or of an inline message."""
        return ChatKeys(f"{self.prefix}:{{{self.bot_id}:{chat_id}}}", chat_id)


@dataclass(frozen=True, slots=True)
class ChatKeys:
    """The keys of one chat, or of one message that was sent through inline mode.

    Attributes:
        tag: The beginning of all keys of the chat.
        chat_id: The chat's id, or the inline message's.
    """

    tag: str
    chat_id: int | str

    def mark(self, update_id: int | None) -> str:
        """Return the key of an update's mark; without an id, a key that never exists."""
        return f"{self.tag}:done:{'' if update_id is None else update_id}"

    @property
    def outbox(self) -> str:
        """The key of the outbox: a hash of payloads by entry id."""
        return f"{self.tag}:outbox"

    def data(self, name: str) -> str:
        """Return the key of data that the application has in the chat; see `UnitOfWork.data`."""
        return f"{self.tag}:{name}"

    def intent(self, intent_id: str) -> str:
        """Return the key that holds the name of the record that a context belongs to."""
        return f"{self.tag}:intent:{intent_id}"

    def record(
        self, stack_id: str, thread_id: int | None = None, business: str | None = None
    ) -> str:
        """Return the key of a stack's record.

        Args:
            stack_id: The stack.
            thread_id: The stack's topic, None outside of topics.
            business: The stack's business connection, None without one.
        """
        return self.named(f"{business or ''}:{thread_id or ''}:{stack_id}")

    def named(self, name: str) -> str:
        """Return the key of a record by its name within the chat; see `name_of`."""
        return f"{self.tag}:stack:{name}"


def split(key: StorageKey) -> tuple[Part, str]:
    """Split a storage key of aiogram-dialog into the part of a dialog and its id.

    Raises:
        ValueError: The key is not from aiogram-dialog, whose `StorageProxy`
            makes `aiogd:stack:ID` and `aiogd:context:ID`.
    """
    # An intent's id comes from callback data and may hold any character.
    library, part, ident = key.destiny.split(":", 2)
    return Part(f"{library}:{part}"), ident


def stack_id_of(record: str) -> str:
    """Return the stack id in the key of a record."""
    return record.rpartition(":")[2]


def location_of_record(record: str) -> tuple[str, int | None]:
    """Return the id of a record's chat or inline message, and its topic, None outside of topics."""
    chat, _, stack = record.partition("}:stack:")
    _, thread, _ = stack.split(":", 2)
    return chat.rpartition(":")[2], int(thread) if thread else None


def sender_key(record: str, placeholder: int) -> str:
    """Return the key that names the worker that sends a record's message; see `Senders`.

    Args:
        record: The record's key.
        placeholder: The number in place of the message's id, below 0.
    """
    return f"{record.partition('}')[0]}}}:sender:{placeholder}"


def name_of(record: str) -> str:
    """Return the name of a stack's record within its chat, "" for data of the application."""
    return record.partition("}:stack:")[2]


def business_of(record: str) -> str | None:
    """Return the business connection of a record, None without one."""
    return name_of(record).partition(":")[0] or None


def inline_message_of(record: str) -> str | None:
    """Return the id of the inline message whose state a record is, None for a stack's record."""
    return location_of_record(record)[0] if stack_id_of(record) == INLINE else None
